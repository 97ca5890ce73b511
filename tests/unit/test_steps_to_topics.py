"""Next steps to other topics: how they are written, and when they lead round."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handover_api.rules.article import ArticleText, FaultKind, faults
from handover_api.rules.see_also import topic_of, way_round, ways_round

TOPICS = st.sampled_from("abcde")
LINKS = st.dictionaries(TOPICS, st.sets(TOPICS, max_size=3))


@pytest.mark.parametrize(
    ("address", "topic"),
    [
        ("amne:bygglov-altan", "bygglov-altan"),
        ("amne:", None),
        ("amne:Bygglov Altan", None),
        ("amne:a--b", None),
        ("https://a.example/amne:radon", None),
        ("{lank}", None),
    ],
)
def test_an_address_leads_to_a_topic_or_out(address: str, topic: str | None) -> None:
    assert topic_of(address) == topic


def reached(start: str, links: dict[str, set[str]]) -> set[str]:
    found, waiting = set(), [start]
    while waiting:
        following = links.get(waiting.pop(), set()) - found
        found |= following
        waiting += following
    return found


@given(TOPICS, LINKS)
def test_a_way_round_is_found_exactly_when_there_is_one(start: str, links: dict[str, set[str]]) -> None:
    path = way_round(start, links)
    assert bool(path) == (start in reached(start, links))
    if path:
        assert path[0] == path[-1] == start
        assert all(after in links[before] for before, after in pairwise(path))
        assert len(set(path[1:])) == len(path[1:])


@given(st.lists(TOPICS), LINKS)
def test_every_round_is_found_once_wherever_it_is_begun(starts: list[str], links: dict[str, set[str]]) -> None:
    paths = [*ways_round(starts, links)]
    assert all(path[0] in starts and path == way_round(path[0], links) for path in paths)
    rounds = [frozenset(path) for path in paths]
    assert len(rounds) == len(set(rounds))
    assert set(rounds) == {frozenset(path) for start in starts if (path := way_round(start, links))}


@pytest.mark.parametrize(("lists", "kinds"), [("next_steps", []), ("sources", [FaultKind.BAD_ADDRESS])])
def test_a_step_may_lead_to_a_topic_and_a_source_may_not(lists: str, kinds: list[FaultKind]) -> None:
    words = {"next_steps": {"label": "Läs mer", "url": "amne:radon"}, "sources": {"title": "Läs", "url": "amne:radon"}}
    article = ArticleText("Ja.", department="Nämnden", **{lists: [words[lists]]})
    assert [fault.kind for fault in faults(article, "answer", {})] == kinds
