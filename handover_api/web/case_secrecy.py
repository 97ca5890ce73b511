"""The areas that a case can be put under the secrecy of."""

from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from handover_api.organisation import answer_groups
from handover_api.organisation.repository import OrganisationRepository
from handover_api.web import wording


@dataclass(frozen=True)
class SecrecyChoice:
    value: str
    label: str


async def list_choices(session: AsyncSession) -> list[SecrecyChoice]:
    """The answer groups under whose secrecy it can be, by name."""
    names = {group.id: group.name for group in await OrganisationRepository(session).list_groups()}
    boards = await answer_groups.list_boards(session)
    choices = [SecrecyChoice(group, names.get(group) or wording.answer_group(group)) for group in boards]
    return sorted(choices, key=lambda choice: choice.label)
