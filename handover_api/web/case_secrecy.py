"""The areas that a case can be put under the secrecy of."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from handover_api.content.schemas import TopicRead
from handover_api.organisation.answer_groups import boards_of
from handover_api.web import wording


@dataclass(frozen=True)
class SecrecyChoice:
    value: str
    label: str


def list_choices(groups: Mapping[str, str], topics: Iterable[TopicRead]) -> list[SecrecyChoice]:
    """The answer groups under whose secrecy it can be, by name. `groups`: those that are set up, with their names."""
    boards = boards_of(groups, (topic.answer_group for topic in topics))
    choices = [SecrecyChoice(group, groups.get(group) or wording.answer_group(group)) for group in boards]
    return sorted(choices, key=lambda choice: choice.label)
