"""What a model's page shows of the time in which it reads beside the model in use."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from fastapi import Request
from sqlalchemy.ext.asyncio import AsyncSession

from handover_api.bot_models import shadow
from handover_api.models import BotModel, ShadowRun
from handover_api.questions.read_twice import list_readable
from handover_api.rules.bot_model import ModelState
from handover_api.rules.gate import percent
from handover_api.rules.shadow import ShadowEnding
from handover_api.web import shadow_wording as words

# In the address, after a deed that could not be done.
PROBLEM = "provkorning"


@dataclass(frozen=True)
class ShownDifference:
    text: str
    before: str
    now: str


@dataclass(frozen=True)
class ShownShadow:
    """`run`: the period that goes on, or the last one; None when there has been none."""

    run: ShadowRun | None
    is_active: bool
    may_begin: bool
    problem: str
    ending: str = ""
    read: int = 0
    different: int = 0
    # How large a part of what was read, in words.
    share: str = ""
    changes: tuple[tuple[str, str, int], ...] = ()
    differences: tuple[ShownDifference, ...] = ()
    # Of the newest, those whose questions editors may not read, or that are gone.
    hidden: int = 0


async def shown(request: Request, session: AsyncSession, model: BotModel, *, is_kept: bool) -> dict[str, Any]:
    """What the partial needs. `is_kept`: the model's file is."""
    now: datetime = request.app.state.clock()
    run = await shadow.find_latest(session, model.id)
    is_active = run is not None and run.ended_at is None and now < run.ends_at
    may_begin = model.state == ModelState.CANDIDATE and is_kept and not is_active
    problem = words.PROBLEMS.get(request.query_params.get(PROBLEM, ""), "")
    if run is None:
        return {"shadow": ShownShadow(None, is_active, may_begin, problem), "shadow_words": words}
    found = await shadow.find_found(session, run)
    readable = await list_readable(session, found.differences)
    told = ShownShadow(
        run=run,
        is_active=is_active,
        may_begin=may_begin,
        problem=problem,
        ending="" if is_active else words.ENDINGS[ShadowEnding(run.ending or ShadowEnding.TIME_UP)],
        read=found.read,
        different=found.different,
        share=percent(found.different / found.read) if found.read else "",
        changes=tuple((*words.change(each.before_kind, each.now_kind), each.count) for each in found.changes),
        differences=tuple(
            ShownDifference(
                each.text, words.choice(each.before, each.before_title), words.choice(each.now, each.now_title)
            )
            for each in readable
        ),
        hidden=len(found.differences) - len(readable),
    )
    return {"shadow": told, "shadow_words": words}
