"""The page that asks why somebody opens a case that is not theirs. It tells who has the case, and nothing of it."""

from dataclasses import dataclass

from fastapi import Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from handover_api.cases import reading
from handover_api.cases.openings import Opening
from handover_api.errors import HandoverError
from handover_api.models import Staff
from handover_api.rules.access import MAX_NOTE_CHARACTERS, OPENING_LASTS, OpeningReason
from handover_api.web import pages

REASONS = {
    OpeningReason.RESIDENT_BACK: "Invånaren har hört av sig igen",
    OpeningReason.HELPING_COLLEAGUE: "Jag hjälper kollegan",
    OpeningReason.FOLLOWING_UP: "Klagomål eller uppföljning",
    OpeningReason.PUBLIC_RECORD: "Begäran om allmän handling",
    OpeningReason.OTHER: "Annat",
}


@dataclass(frozen=True)
class OpeningForm:
    """As it was filled in. `error` stands beside the field that it is about."""

    reason: str = ""
    note: str = ""
    error: str = ""
    field: str = ""


def opening_path(reference: str) -> str:
    return f"/desk/arenden/{reference}/oppna"


async def opening_page(
    request: Request,
    session: AsyncSession,
    staff: Staff,
    reference: str,
    *,
    form: OpeningForm | None = None,
    refusal: HandoverError | None = None,
    unsent: str = "",
) -> Response:
    """`refusal`: why a step was refused; `unsent`: what the agent had written in it, which is not lost."""
    form = form or OpeningForm()
    refused_as = refusal.status if refusal else 200
    return pages.page(
        request,
        "desk/opening.html.j2",
        status=422 if form.error else refused_as,
        staff=staff,
        case=await reading.get_summary(session, reference),
        path=opening_path(reference),
        form=form,
        reasons=REASONS,
        most_characters=MAX_NOTE_CHARACTERS,
        hours=int(OPENING_LASTS.total_seconds() // 3600),
        refusal=refusal,
        unsent=unsent,
    )


def told(opening: Opening) -> str:
    """The opening among what has happened to the case."""
    why = opening.note or REASONS[opening.reason]
    return f"{opening.who} öppnade ärendet. Skäl: {why}"
