"""What the desk calls the catalogue's areas, and what a case can be filed under."""

import csv

from repository import ROOT

from handover_api.content.schemas import TopicRead
from handover_api.rules.case import ROSA_LEVELS
from handover_api.web.outcomes import AREAS, LEVELS, list_choices


def topics() -> list[TopicRead]:
    with (ROOT / "data" / "topics.tsv").open(encoding="utf-8") as file:
        return [
            TopicRead(
                id=row["id"],
                title=row["title_sv"],
                area=row["area"],
                rosa_level=None,
                handling=row["handling"],
                answer_group=row["answer_group"],
                has_article=True,
            )
            for row in csv.DictReader(file, delimiter="\t")
        ]


def test_every_area_of_the_catalogue_has_a_name_and_no_other_has() -> None:
    assert set(AREAS) == {topic.area for topic in topics()}


def test_every_rosa_level_has_a_name() -> None:
    assert list(LEVELS) == list(ROSA_LEVELS)


def test_every_matter_can_be_chosen_once_and_what_is_only_said_never() -> None:
    choices = list_choices(topics())
    chosen = [choice.value for area in choices for choice in area.topics]
    assert sorted(chosen) == sorted(topic.id for topic in topics() if topic.handling != "chat")
    assert {area.label for area in choices} == set(AREAS.values())
