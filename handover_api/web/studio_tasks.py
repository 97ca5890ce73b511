"""The studio's first page: what is to be done, the most pressing first, and whose it is."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncSession

from handover_api.agents.identity import AnswerKeeperDep
from handover_api.database import SessionDep
from handover_api.models import Staff
from handover_api.rules.task import Task, TaskKind, of_owner
from handover_api.tasks import digests, wording
from handover_api.tasks.addresses import TASKS_PATH, list_path
from handover_api.tasks.gathering import gather
from handover_api.web import pages, studio_mail
from handover_api.web.desk_lessons import INBOX_PATH
from handover_api.web.studio_articles import article_path
from handover_api.web.studio_mail import MailForm
from handover_api.web.studio_questions import group_path
from handover_api.web.studio_topics import topic_path

router = APIRouter(include_in_schema=False)

# Of each kind, until one of them is chosen.
_FIRST_OF_A_KIND = 5
PAGE_SIZE = 50
_LONGEST = 200


@dataclass(frozen=True)
class Filter:
    """What somebody has chosen to see, as it stands in the page's address. Empty: everything."""

    owner: str = ""
    kind: TaskKind | None = None

    @classmethod
    def of(cls, request: Request) -> "Filter":
        owner, kind = (request.query_params.get(name, "")[:_LONGEST] for name in ("ansvarig", "slag"))
        return cls(owner, TaskKind(kind) if kind in set(TaskKind) else None)

    def address(self, page: int = 1) -> str:
        return list_path(owner=self.owner, kind=self.kind or "", page=page)


@dataclass(frozen=True)
class Row:
    """`deed` is what is done about it, at `address`."""

    title: str
    facts: list[str]
    owner: str
    deed: str
    address: str


@dataclass(frozen=True)
class Section:
    kind: TaskKind
    heading: str
    why: str
    count: int
    rows: list[Row]
    # Where there are more of them, or None.
    all_of_them: str | None


class TaskCount(BaseModel):
    count: int


@router.get(TASKS_PATH)
async def show_tasks(
    request: Request,
    session: SessionDep,
    staff: AnswerKeeperDep,
    page: Annotated[int, Query(alias="sida", ge=1)] = 1,
    done: Annotated[str, Query(alias="klart")] = "",
    code: Annotated[str, Query(alias="kod", max_length=40)] = "",
) -> Response:
    return await tasks_page(request, session, staff, MailForm(done=studio_mail.DONE.get(done, ""), code=code), page)


@router.get(f"{TASKS_PATH}/antal")
async def count_tasks(request: Request, session: SessionDep, staff: AnswerKeeperDep) -> TaskCount:
    """For the studio's menu."""
    return TaskCount(count=len((await gather(session, staff.id, request.app.state.clock())).tasks))


async def tasks_page(
    request: Request, session: AsyncSession, staff: Staff, mail: MailForm, page: int = 1, status: int = 200
) -> Response:
    """`mail`: the form about letters as it was sent, if it was."""
    gathered = await gather(session, staff.id, request.app.state.clock())
    choice = await digests.find(session, staff.id)
    chosen = Filter.of(request)
    theirs = of_owner(gathered.tasks, chosen.owner)
    first = (page - 1) * PAGE_SIZE if chosen.kind else 0
    size = PAGE_SIZE if chosen.kind else _FIRST_OF_A_KIND
    sections = [
        _section(chosen, kind, list(tasks), first, size)
        for kind, tasks in groupby(theirs, key=lambda task: task.kind)
        if chosen.kind in {None, kind}
    ]
    count = sum(section.count for section in sections)
    return pages.page(
        request,
        "studio/tasks.html.j2",
        status=status,
        staff=staff,
        chosen=chosen,
        count=count,
        things=wording.things(count),
        sections=sections,
        reviewed_by_others=gathered.reviewed_by_others,
        owners=gathered.owners,
        own_address=list_path(owner=choice.owner) if choice and choice.owner else None,
        own=choice.owner if choice else "",
        kinds={kind: words.heading for kind, words in wording.WORDS.items()},
        earlier=chosen.address(page - 1) if chosen.kind and page > 1 else None,
        later=chosen.address(page + 1) if chosen.kind and first + PAGE_SIZE < count else None,
        list_address=TASKS_PATH,
        mail=studio_mail.view(choice, mail, gathered.owners),
    )


def _section(chosen: Filter, kind: TaskKind, tasks: Sequence[Task], first: int, size: int) -> Section:
    words = wording.WORDS[kind]
    has_more = chosen.kind is None and len(tasks) > size
    return Section(
        kind=kind,
        heading=words.heading,
        why=words.why,
        count=len(tasks),
        rows=[_row(task) for task in tasks[first : first + size]],
        all_of_them=list_path(owner=chosen.owner, kind=kind) if has_more else None,
    )


def _row(task: Task) -> Row:
    return Row(wording.title(task), wording.facts(task), task.owner, wording.WORDS[task.kind].deed, _address(task))


def _address(task: Task) -> str:
    """Where the task is done."""
    match task.kind:
        case TaskKind.UNANSWERED | TaskKind.TOPIC_WISHED if task.group:
            return group_path(task.group)
        case TaskKind.LESSON:
            return INBOX_PATH
        case TaskKind.THIN | TaskKind.MISREAD:
            return topic_path(task.topic)
        case TaskKind.IN_REVIEW:
            return f"{article_path(task.topic)}/granska"
        case _:
            return article_path(task.topic)
