"""What a topic must be, what it is called, and what in it needs a lead."""

import re
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handover_api.content.files import read_local_facts, read_topics
from handover_api.rules.topic import (
    FIELD_OF,
    MAX_ID_CHARACTERS,
    MAX_SIMILAR,
    Handling,
    Known,
    TopicFault,
    TopicText,
    faults,
    is_fixed,
    make_id,
    needs_a_lead,
)

DATA = Path(__file__).parents[2] / "data"
KNOWN = Known({"bygga-bo"}, {"allmant", "social"}, {"radon": "Hur mäter jag radon?"}, {"telefon"})
TOPIC = TopicText("Får jag bygga ett utekök?", "bygga-bo", 2, "guide", "allmant")
TOPICS = st.builds(
    TopicText,
    title=st.text(max_size=20),
    area=st.sampled_from(["bygga-bo", "okänt", ""]),
    rosa_level=st.none() | st.integers(0, 9),
    handling=st.sampled_from([*Handling, "hitta på", ""]),
    answer_group=st.sampled_from(["allmant", "social", ""]),
    touches_secrecy=st.booleans(),
    must_contain=st.sampled_from(["", "Ring {telefon}.", "Ring {okänd}.", "Ring {fax}."]),
    similar=st.lists(st.sampled_from(["radon", "eget", "inget"]), max_size=7).map(tuple),
)


def test_a_topic_that_says_all_it_must_has_no_faults() -> None:
    assert not [*faults(TOPIC, KNOWN)]


@pytest.mark.parametrize(
    ("changed", "fault"),
    [
        ({"title": ""}, TopicFault.TITLE_MISSING),
        ({"title": "hur  mäter jag RADON?"}, TopicFault.TITLE_TAKEN),
        ({"area": "samtal"}, TopicFault.AREA_MISSING),
        ({"handling": ""}, TopicFault.HANDLING_MISSING),
        ({"rosa_level": None}, TopicFault.LEVEL_MISSING),
        ({"handling": "answer", "rosa_level": 3}, TopicFault.LEVEL_TOO_HIGH),
        ({"handling": "chat"}, TopicFault.LEVEL_OF_CHAT),
        ({"answer_group": "ingen"}, TopicFault.GROUP_MISSING),
        ({"must_contain": "Ring {fax}."}, TopicFault.UNKNOWN_FACT),
        ({"similar": ("inget",)}, TopicFault.SIMILAR_UNKNOWN),
        ({"similar": ("utekok",)}, TopicFault.SIMILAR_TO_ITSELF),
        ({"similar": ("radon",) * (MAX_SIMILAR + 1)}, TopicFault.TOO_MANY_SIMILAR),
    ],
)
def test_each_fault_is_found_alone(changed: dict[str, object], fault: TopicFault) -> None:
    assert [*faults(replace(TOPIC, **changed), KNOWN, "utekok")] == [fault]


@given(TOPICS)
def test_what_has_no_faults_can_be_served_and_every_fault_has_its_field(topic: TopicText) -> None:
    found = [*faults(topic, KNOWN, "eget")]
    assert {FIELD_OF[fault] for fault in found} <= set(TopicText.__dataclass_fields__)
    if not found:
        assert (topic.rosa_level is None) == (topic.handling == Handling.CHAT)
        assert topic.handling not in {"answer", "refer"} or (topic.rosa_level or 0) <= 2


def test_the_whole_catalogue_of_the_files_could_have_been_written_in_the_studio() -> None:
    rows = read_topics(DATA / "topics.tsv")
    facts = read_local_facts(DATA / "local_facts.yml")
    for row in rows.values():
        known = Known(
            {each.area for each in rows.values()},
            {each.answer_group for each in rows.values()},
            {each.id: each.title for each in rows.values() if each.id != row.id},
            facts,
        )
        written = TopicText(
            title=row.title,
            area=row.area,
            rosa_level=row.rosa_level,
            handling=row.handling,
            answer_group=row.answer_group,
            must_contain=row.must_contain,
            similar=tuple(filter(None, row.hard_negatives.split(","))),
        )
        assert not [*faults(written, known, row.id)], row.id


@given(st.text(max_size=200), st.sets(st.sampled_from(["radon", "radon-2", "amne", "amne-2", "kan-grilla"])))
def test_a_name_is_plain_short_and_never_taken(title: str, taken: set[str]) -> None:
    name = make_id(title, taken)
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", name)
    assert len(name) <= MAX_ID_CHARACTERS
    assert name not in taken
    assert name not in {"nytt", "avvecklade", "utanfor", "other", "calm"}


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("Får jag bygga ett utekök?", "bygga-utekok"),
        ("Hur ansöker jag om parkeringstillstånd för rörelsehindrade?", "ansoker-parkeringstillstand-rorelsehind"),
        ("Vad är det?", "amne"),
        ("Nytt", "nytt-2"),
        ("Radon", "radon-2"),
    ],
)
def test_a_name_says_what_it_is_about(title: str, name: str) -> None:
    assert make_id(title, {"radon"})[:MAX_ID_CHARACTERS].startswith(name[:30])


def test_a_name_that_is_not_taken_is_the_words() -> None:
    assert make_id("Får jag bygga ett utekök?", set()) == "bygga-utekok"


@given(TOPICS, TOPICS)
def test_a_lead_is_needed_only_where_the_bot_or_more_people_get_more(before: TopicText, after: TopicText) -> None:
    assert not needs_a_lead(before, before)
    own_words = {"answer", "guide", "refer", "chat"}
    says_more = before.handling not in own_words and after.handling in own_words
    opened = before.touches_secrecy and (not after.touches_secrecy or after.answer_group != before.answer_group)
    assert needs_a_lead(before, after) == (says_more or opened)


@given(st.sampled_from(Handling))
def test_danger_and_what_the_program_speaks_of_is_fixed(handling: Handling) -> None:
    assert is_fixed("vad-som-helst", handling) == (handling is Handling.URGENT)
    assert is_fixed("prata-med-manniska", handling)
    assert is_fixed("byt-sprak", handling)
