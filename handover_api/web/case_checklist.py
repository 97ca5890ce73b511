"""The checklist of a case as its page shows it."""

from dataclasses import dataclass
from datetime import datetime

from markupsafe import Markup
from sqlalchemy.ext.asyncio import AsyncSession

from handover_api.cases.checklists import list_ticks
from handover_api.rules.checklist import steps_of
from handover_api.web import markup, wording


@dataclass(frozen=True)
class StepView:
    key: str
    html: Markup
    is_taken: bool
    # Who ticked it off, and when; empty for a step that remains.
    told: str


@dataclass(frozen=True)
class ChecklistView:
    steps: list[StepView]

    @property
    def progress(self) -> str:
        taken = sum(step.is_taken for step in self.steps)
        return f"{taken} av {len(self.steps)} steg klara"


async def read_checklist(session: AsyncSession, reference: str, checklist: str, now: datetime) -> ChecklistView:
    """`checklist`: what the department has written, in Markdown."""
    steps = steps_of(checklist)
    ticks = await list_ticks(session, reference) if steps else {}
    views = []
    for step in steps:
        tick = ticks.get(step.key)
        told = f"{tick.who}, {wording.clock_time(tick.at, now)}" if tick else ""
        views.append(StepView(step.key, markup.inline_markdown(step.text), tick is not None, told))
    return ChecklistView(views)
