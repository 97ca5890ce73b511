"""The form by which a lead moves the cases that are ticked in a list, wherever the list is shown."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from handover_api.content import service as content
from handover_api.organisation.repository import OrganisationRepository
from handover_api.queue.people import list_colleagues
from handover_api.web.case_steps import Choice, colleague_choice, list_groups

FORM_ID = "flytta"
PATH = "/desk/flytta"


@dataclass(frozen=True)
class MovingForm:
    """`back`: the page with the list. The reasons stand beside the field that they are about."""

    back: str
    colleagues: list[Choice]
    groups: list[Choice]
    target: str = ""
    text: str = ""
    target_error: str = ""
    text_error: str = ""


async def read_moving_form(
    session: AsyncSession,
    back: str,
    now: datetime,
    *,
    target: str = "",
    text: str = "",
    target_error: str = "",
    text_error: str = "",
) -> MovingForm:
    return MovingForm(
        back=back,
        colleagues=[colleague_choice(each) for each in await list_colleagues(session, now)],
        groups=list_groups(await OrganisationRepository(session).list_names(), await content.list_topics(session)),
        target=target,
        text=text,
        target_error=target_error,
        text_error=text_error,
    )


def read_moved(written: str) -> int:
    """How many cases have just been moved, as the page's address says; 0 for anything else."""
    return int(written) if written.isdecimal() and len(written) <= 3 else 0  # noqa: PLR2004 - digits of a list's length
