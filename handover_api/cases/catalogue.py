"""What every page of a case shows and seldom changes: topics, checklists, local facts, answer groups, departments.

Kept in memory for as long as a mark of the tables says that all is the same. The mark is read in the transaction that
asks, so whoever changes something, in whatever process and however, sees it at once.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import BigInteger, Text, cast, func, literal_column, select, union_all
from sqlalchemy.ext.asyncio import AsyncSession

from handover_api.cases.forwarding import list_departments
from handover_api.cases.schemas import DepartmentRead
from handover_api.content import service as content
from handover_api.content.repository import ContentRepository
from handover_api.content.schemas import TopicRead
from handover_api.models import AnswerGroup, Article, Department, LocalFact, Topic
from handover_api.organisation.repository import OrganisationRepository
from handover_api.rules.content import fill_in

Mark = tuple[tuple[int, ...], ...]

# The transaction that wrote each row: a row that is changed gets another, and a row that goes is one fewer. An article
# says which of its versions is published, and a version is never changed.
_WRITER = cast(cast(literal_column("xmin"), Text), BigInteger)
_MARK = union_all(
    *(
        select(func.count(), func.coalesce(func.max(_WRITER), 0), func.coalesce(func.sum(_WRITER), 0)).select_from(
            table
        )
        for table in (Topic, Article, LocalFact, AnswerGroup, Department)
    )
)


@dataclass(frozen=True)
class Catalogue:
    topics: list[TopicRead]
    # What the staff are to do, by topic, in Markdown with places for facts.
    checklists: Mapping[str, str]
    facts: Mapping[str, str]
    # What each answer group is called, in the order of the names.
    groups: Mapping[str, str]
    departments: list[DepartmentRead]

    def checklist_of(self, topic: str | None) -> str:
        """In Markdown; empty when nothing is written."""
        return fill_in(self.checklists.get(topic or "", ""), self.facts)


class KnownCatalogue:
    def __init__(self) -> None:
        self._mark: Mark = ()
        self._catalogue: Catalogue | None = None

    async def read(self, session: AsyncSession) -> Catalogue:
        """As the session's transaction sees it."""
        # The mark first: what changes meanwhile makes it another one the next time.
        mark = tuple(tuple(map(int, row)) for row in await session.execute(_MARK))
        if self._catalogue is None or mark != self._mark:
            repository = ContentRepository(session)
            found = Catalogue(
                topics=await content.list_topics(session),
                checklists=await repository.list_checklists(),
                facts=await repository.get_facts(),
                groups=await OrganisationRepository(session).list_names(),
                departments=await list_departments(session),
            )
            self._catalogue, self._mark = found, mark
        return self._catalogue
