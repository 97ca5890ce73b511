"""What everybody at the desk chooses for themselves: sound, notifications, shortcuts. It works without a script."""

from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse

from handover_api.agents.choices import Choices, choices_of, choose
from handover_api.agents.identity import CaseHandlerDep
from handover_api.database import SessionDep
from handover_api.rules.notices import ToldOf
from handover_api.web import pages

router = APIRouter(include_in_schema=False)

PATH = "/desk/installningar"
_LEVELS = (
    (ToldOf.NOTHING, "Av"),
    (ToldOf.CASES, "När ett nytt ärende väntar eller erbjuds dig"),
    (ToldOf.ALL, "Också när någon skriver i dina ärenden"),
)


@router.get(PATH)
async def show_choices(request: Request, staff: CaseHandlerDep, sparat: str = "") -> Response:
    return pages.page(
        request,
        "desk/choices.html.j2",
        staff=staff,
        choices=choices_of(staff),
        levels_told=_LEVELS,
        is_saved=bool(sparat),
        path=PATH,
    )


@router.post(PATH)
async def save_choices(
    session: SessionDep,
    staff: CaseHandlerDep,
    ljud: Annotated[ToldOf, Form()] = ToldOf.NOTHING,
    aviseringar: Annotated[ToldOf, Form()] = ToldOf.NOTHING,
    kortkommandon: Annotated[str, Form()] = "",
) -> Response:
    choose(staff, Choices(ljud, aviseringar, bool(kortkommandon)))
    await session.flush()
    return RedirectResponse(f"{PATH}?sparat=1", 303)
