"""The rule by which waiting cases are offered to agents."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from handover_api.rules.choosing_an_agent import (
    LANGUAGE_PATIENCE,
    PresentAgent,
    WaitingCase,
    choose,
    suitable_agents,
)

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
GROUPS = ("allmant", "social", "bygga-bo-miljo")
SKILLS = ("bygglov", "skuld")
LANGUAGES = ("sv", "ar", "fi")

subsets_of_groups = st.frozensets(st.sampled_from(GROUPS))
subsets_of_skills = st.frozensets(st.sampled_from(SKILLS))
agent_ids = st.integers(1, 6).map(lambda number: UUID(int=number))


def an_agent(number: int, **fields: object) -> PresentAgent:
    agent = PresentAgent(
        id=UUID(int=number),
        answer_groups=frozenset(),
        skills=frozenset(),
        languages=frozenset({"sv"}),
        capacity=3,
        live=0,
        asynchronous=0,
        offers=0,
    )
    return replace(agent, **fields)  # type: ignore[arg-type]


def a_case(number: int, **fields: object) -> WaitingCase:
    case = WaitingCase(
        id=UUID(int=1000 + number),
        answer_group="allmant",
        skills=frozenset(),
        language="sv",
        is_live=True,
        waited=timedelta(0),
    )
    return replace(case, **fields)  # type: ignore[arg-type]


@st.composite
def many_agents(draw: st.DrawFn) -> list[PresentAgent]:
    return [
        an_agent(
            number,
            answer_groups=draw(subsets_of_groups),
            skills=draw(subsets_of_skills),
            languages=draw(st.frozensets(st.sampled_from(LANGUAGES))),
            capacity=draw(st.integers(1, 4)),
            live=draw(st.integers(0, 4)),
            asynchronous=draw(st.integers(0, 4)),
            offers=draw(st.integers(0, 2)),
            secrecy_classes=draw(subsets_of_groups),
            sees_all=draw(st.booleans()),
            last_assigned_at=draw(st.none() | st.integers(0, 60).map(lambda minutes: NOW - timedelta(minutes=minutes))),
        )
        for number in range(1, draw(st.integers(0, 5)) + 1)
    ]


@st.composite
def many_cases(draw: st.DrawFn) -> list[WaitingCase]:
    return [
        a_case(
            number,
            answer_group=draw(st.sampled_from(GROUPS)),
            skills=draw(subsets_of_skills),
            language=draw(st.sampled_from(LANGUAGES)),
            is_live=draw(st.booleans()),
            waited=timedelta(seconds=draw(st.integers(0, 600))),
            refused_by=draw(st.frozensets(agent_ids)),
            secrecy_classes=draw(subsets_of_groups),
        )
        for number in range(draw(st.integers(0, 12)))
    ]


@given(many_cases(), many_agents())
def test_nobody_is_asked_beyond_capacity_or_about_what_they_cannot_do(
    cases: list[WaitingCase], agents: list[PresentAgent]
) -> None:
    pairs, after = choose(cases, agents)
    asked = Counter(agent.id for _, agent in pairs)
    for agent in agents:
        assert asked[agent.id] == 0 or agent.load + asked[agent.id] <= agent.capacity
    assert {agent.id: agent.offers + asked[agent.id] for agent in agents} == {each.id: each.offers for each in after}
    for case, agent in pairs:
        assert case.skills <= agent.skills
        assert not agent.answer_groups or case.answer_group in agent.answer_groups
        assert agent.sees_all or case.secrecy_classes <= agent.secrecy_classes
        assert agent.id not in case.refused_by
        assert case.language in {"sv", *agent.languages} or case.waited >= LANGUAGE_PATIENCE
        assert case.is_live or agent.load + agent.asynchronous < agent.capacity


@given(many_cases(), many_agents())
def test_a_case_is_offered_to_one_and_no_agent_with_room_is_left_idle(
    cases: list[WaitingCase], agents: list[PresentAgent]
) -> None:
    pairs, after = choose(cases, agents)
    assert len({case.id for case, _ in pairs}) == len(pairs)
    offered = {case.id for case, _ in pairs}
    for case in cases:
        if case.id not in offered:
            assert not any(agent.has_room_for(case) for agent in suitable_agents(case, after))


@given(many_cases(), many_agents())
def test_whoever_came_first_is_served_first(cases: list[WaitingCase], agents: list[PresentAgent]) -> None:
    """What stands further back changes nothing for what stands before it."""
    pairs, _ = choose(cases, agents)
    for length in range(len(cases)):
        first = cases[:length]
        assert choose(first, agents)[0] == [pair for pair in pairs if pair[0] in first]


@given(st.integers(1, 30), st.integers(1, 5), st.integers(1, 8))
def test_equals_share_equally(waiting: int, agents: int, capacity: int) -> None:
    pairs, _ = choose(
        [a_case(number) for number in range(waiting)],
        [an_agent(number, capacity=capacity) for number in range(1, agents + 1)],
    )
    shares = Counter(dict.fromkeys(range(1, agents + 1), 0))
    shares.update(agent.id.int for _, agent in pairs)
    assert sum(shares.values()) == min(waiting, agents * capacity)
    assert max(shares.values()) - min(shares.values()) <= 1


def test_the_least_loaded_is_asked_and_then_the_one_who_has_rested_longest() -> None:
    busy = an_agent(1, live=1)
    fresh = an_agent(2, last_assigned_at=NOW)
    rested = an_agent(3, last_assigned_at=NOW - timedelta(minutes=10))
    never = an_agent(4)
    assert choose([a_case(1)], [busy, fresh, rested, never])[0] == [(a_case(1), never)]
    assert choose([a_case(1)], [busy, fresh, rested])[0] == [(a_case(1), rested)]
    assert choose([a_case(1)], [busy, fresh])[0] == [(a_case(1), fresh)]
    assert choose([a_case(1)], [busy])[0] == [(a_case(1), busy)]


def test_somebody_who_writes_in_arabic_gets_whoever_knows_it() -> None:
    knows, does_not = an_agent(1, languages=frozenset({"sv", "ar"}), live=2), an_agent(2)
    case = a_case(1, language="ar", waited=LANGUAGE_PATIENCE * 10)
    assert suitable_agents(case, [knows, does_not]) == [knows]


def test_when_nobody_there_knows_the_language_anyone_answers_after_a_while() -> None:
    agent = an_agent(1)
    assert suitable_agents(a_case(1, language="ar"), [agent]) == []
    almost = a_case(1, language="ar", waited=LANGUAGE_PATIENCE - timedelta(seconds=1))
    assert suitable_agents(almost, [agent]) == []
    assert suitable_agents(a_case(1, language="ar", waited=LANGUAGE_PATIENCE), [agent]) == [agent]


def test_when_the_one_who_knows_the_language_says_no_others_are_asked() -> None:
    knows, does_not = an_agent(1, languages=frozenset({"ar"})), an_agent(2)
    case = a_case(1, language="ar", waited=LANGUAGE_PATIENCE, refused_by=frozenset({knows.id}))
    assert suitable_agents(case, [knows, does_not]) == [does_not]


def test_what_can_be_answered_later_takes_nobodys_room_who_waits() -> None:
    agent = an_agent(1, capacity=2, asynchronous=2)
    later, now = a_case(1, is_live=False), a_case(2)
    assert choose([later, now], [agent])[0] == [(now, agent)]
