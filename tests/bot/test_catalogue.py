from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.classification.catalogue import Catalogue, CatalogueError, Topic, read_catalogue, read_rows, read_topics
from tests.bot.running_bot import ROOT

DATA = ROOT / "data"
HEADER = "id\tarea\thandling\ttitle_sv\tmust_contain_sv\thard_negatives\n"
ids = st.sampled_from(["bygglov-altan", "bygglov-avgift", "radon", "radon-bidrag", "bibliotek", "hej"])
topics = st.builds(
    Topic,
    id=ids,
    handling=st.sampled_from(["answer", "guide", "refer", "handover", "urgent", "chat"]),
    area=st.sampled_from(["bygga", "miljo"]),
    confused_with=st.lists(st.one_of(ids, st.just("unknown")), max_size=3).map(tuple),
    has_article=st.booleans(),
)
catalogues = st.lists(topics, max_size=8).map(Catalogue.of)


@given(catalogues)
def test_neighbours_are_so_in_both_directions_and_known_and_others(catalogue: Catalogue) -> None:
    for topic in catalogue.topics:
        for neighbour in catalogue.neighbours(topic):
            assert topic in catalogue.neighbours(neighbour)
            assert neighbour in catalogue.topics
            assert neighbour != topic
    assert catalogue.neighbours("unknown") == frozenset()


def test_neighbours_are_what_it_is_confused_with_and_its_family_in_the_area() -> None:
    catalogue = Catalogue.of(
        [
            Topic("bygglov-altan", "guide", "bygga", confused_with=("strandskydd",)),
            Topic("bygglov-avgift", "answer", "bygga"),
            Topic("bygglov-fest", "answer", "samtal"),
            Topic("strandskydd", "guide", "miljo"),
            Topic("radon", "guide", "miljo"),
        ]
    )
    assert catalogue.neighbours("bygglov-altan") == {"bygglov-avgift", "strandskydd"}
    assert catalogue.neighbours("strandskydd") == {"bygglov-altan"}
    assert catalogue.neighbours("radon") == frozenset()


@given(catalogues)
def test_saved_rows_are_read_as_the_same_catalogue(catalogue: Catalogue) -> None:
    again = Catalogue.from_rows(catalogue.as_rows())
    assert again.topics == catalogue.topics
    assert [row["id"] for row in catalogue.as_rows()] == sorted(catalogue.topics)


@pytest.mark.parametrize(
    ("handling", "has_article", "is_left"),
    [
        ("answer", True, False),
        ("answer", False, True),
        ("handover", True, True),
        # Danger does not wait for an article.
        ("urgent", False, False),
        ("chat", True, False),
    ],
)
def test_what_is_left_to_a_person(handling: str, *, has_article: bool, is_left: bool) -> None:
    assert Topic("x", handling, has_article=has_article).is_left_to_a_person is is_left


def test_an_unknown_topic_is_held_to_the_strictest_limit() -> None:
    unknown = Catalogue()["unknown"]
    assert (unknown.handling, unknown.is_left_to_a_person) == ("answer", False)


def test_the_real_catalogue_is_read_whole() -> None:
    catalogue = read_topics(DATA / "topics.tsv", DATA / "knowledge")
    assert len(catalogue.topics) == len(read_catalogue(DATA / "topics.tsv"))
    altan = catalogue["bygglov-altan"]
    assert (altan.handling, altan.area, altan.has_article) == ("guide", "bygga-bo", True)
    assert all(set(topic.confused_with) <= set(catalogue.topics) for topic in catalogue.topics.values())
    assert {topic.handling for topic in catalogue.topics.values() if topic.is_left_to_a_person} == {"handover"}


def test_a_topic_without_an_article_is_known_as_such(tmp_path: Path) -> None:
    rows = HEADER + "radon\tmiljo\tguide\tRadon?\tMät.\t\nbadplats\tmiljo\tguide\tBada?\tJa.\tradon,x\n"
    (tmp_path / "topics.tsv").write_text(rows, encoding="utf-8")
    (tmp_path / "knowledge" / "miljo").mkdir(parents=True)
    (tmp_path / "knowledge" / "miljo" / "radon.md").write_text("…", encoding="utf-8")
    catalogue = read_topics(tmp_path / "topics.tsv", tmp_path / "knowledge")
    assert [topic.has_article for topic in catalogue.topics.values()] == [True, False]
    assert catalogue["badplats"].confused_with == ("radon", "x")
    assert all(topic.has_article for topic in read_topics(tmp_path / "topics.tsv").topics.values())


def test_a_file_that_cannot_be_used_is_named(tmp_path: Path) -> None:
    with pytest.raises(CatalogueError, match=r"saknas\.tsv"):
        read_catalogue(tmp_path / "saknas.tsv")
    for content in ("", "id\tarea\n", "id\tarea\nradon\tmiljo\n"):
        (tmp_path / "topics.tsv").write_text(content, encoding="utf-8")
        with pytest.raises(CatalogueError, match=r"topics\.tsv.*handling"):
            read_catalogue(tmp_path / "topics.tsv")


def test_quotation_marks_are_ordinary_signs(tmp_path: Path) -> None:
    (tmp_path / "rows.tsv").write_text('topic\tquestion\nradon\t"hur\nhej\tså "där"\n', encoding="utf-8")
    assert read_rows(tmp_path / "rows.tsv") == [
        {"topic": "radon", "question": '"hur'},
        {"topic": "hej", "question": 'så "där"'},
    ]
