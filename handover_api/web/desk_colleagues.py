"""What each agent sees and is asked about, for leads: answer groups, secrecy, languages, skills, and how many at once.

It works without a script. What cannot be kept comes back as it was written, with the reason beside it.
"""

import re
from dataclasses import dataclass, field
from typing import Annotated

from fastapi import APIRouter, Form, Path, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import BaseModel, ValidationError
from sqlalchemy.ext.asyncio import AsyncSession

from handover_api.agents.identity import LeadDep
from handover_api.database import SessionDep
from handover_api.errors import InvalidError
from handover_api.models import Staff
from handover_api.organisation.repository import OrganisationRepository
from handover_api.queue.people import list_colleagues
from handover_api.queue.profile import Profile, put_profile
from handover_api.queue.schemas import Colleague, ProfilePut
from handover_api.rules.case import DEFAULT_ANSWER_GROUP
from handover_api.rules.roles import Role
from handover_api.web import pages, wording

router = APIRouter(include_in_schema=False)

PATH = "/desk/medarbetare"

_REASONS = {
    "answer_groups": "Välj bland svarsgrupperna i listan.",
    "secrecy_classes": "Välj bland områdena i listan.",
    "languages": "Skriv språkens koder, till exempel sv, ar, fi.",
    "skills": "Skriv kunskaperna som ord utan mellanslag, med komma emellan.",
    "capacity": "Skriv ett tal från 1 till 20.",
}


class ProfileForm(BaseModel):
    """As it is written in the form: lists with commas between."""

    grupper: list[str] = []
    sekretess: list[str] = []
    sprak: str = ""
    kunskaper: str = ""
    samtal: str = ""

    def read(self) -> ProfilePut:
        """
        Raises:
            ValidationError
        """
        return ProfilePut.model_validate(
            {
                "answer_groups": self.grupper,
                "secrecy_classes": self.sekretess,
                "languages": _split(self.sprak),
                "skills": _split(self.kunskaper),
                "capacity": self.samtal,
            }
        )


@dataclass(frozen=True)
class ColleagueView:
    """One agent, as the page shows the form; after a refusal with what was written and the reasons."""

    colleague: Colleague
    form: ProfileForm
    errors: dict[str, str] = field(default_factory=dict)

    @property
    def groups(self) -> str:
        names = [wording.answer_group(group) for group in self.colleague.answer_groups]
        return ", ".join(names) or "Alla svarsgrupper"

    @property
    def secrecy(self) -> str:
        if self.colleague.role is Role.LEAD:
            return "Ser alla ärenden"
        names = [wording.answer_group(group) for group in self.colleague.secrecy_classes]
        return f"Får läsa sekretess: {', '.join(names)}" if names else "Får inte läsa ärenden med sekretess"

    @property
    def languages(self) -> str:
        return ", ".join(wording.language(code) for code in self.colleague.languages) or "svenska"


@router.get(PATH)
async def show_colleagues(request: Request, session: SessionDep, lead: LeadDep, sparat: str = "") -> Response:
    return await _page(request, session, lead, saved=sparat)


@router.post(PATH + "/{username}")
async def save_profile(
    request: Request,
    session: SessionDep,
    lead: LeadDep,
    username: Annotated[str, Path(max_length=100)],
    form: Annotated[ProfileForm, Form()],
) -> Response:
    try:
        profile = form.read()
    except ValidationError as error:
        errors = {str(each["loc"][0]): _REASONS[str(each["loc"][0])] for each in error.errors()}
        return await _page(request, session, lead, refused=(username, form, errors))
    try:
        await put_profile(session, lead, username, Profile(**profile.model_dump()), request.app.state.clock())
    except InvalidError:
        errors = {"answer_groups": _REASONS["answer_groups"]}
        return await _page(request, session, lead, refused=(username, form, errors))
    return RedirectResponse(f"{PATH}?sparat=1", 303)


async def _page(
    request: Request,
    session: AsyncSession,
    lead: Staff,
    *,
    saved: str = "",
    refused: tuple[str, ProfileForm, dict[str, str]] | None = None,
) -> Response:
    views = []
    for colleague in await list_colleagues(session, request.app.state.clock()):
        if refused is not None and refused[0] == colleague.username:
            views.append(ColleagueView(colleague, refused[1], refused[2]))
        else:
            views.append(ColleagueView(colleague, _written(colleague)))
    groups = {group.id: group.name for group in await OrganisationRepository(session).list_groups()}
    return pages.page(
        request,
        "desk/colleagues.html.j2",
        status=422 if refused else 200,
        staff=lead,
        colleagues=views,
        groups=groups or wording.ANSWER_GROUPS,
        default_group=DEFAULT_ANSWER_GROUP,
        is_saved=bool(saved),
        path=PATH,
    )


def _written(colleague: Colleague) -> ProfileForm:
    return ProfileForm(
        grupper=colleague.answer_groups,
        sekretess=colleague.secrecy_classes,
        sprak=", ".join(colleague.languages),
        kunskaper=", ".join(colleague.skills),
        samtal=str(colleague.capacity),
    )


def _split(text: str) -> list[str]:
    return [each for each in re.split(r"[,\s]+", text) if each]
