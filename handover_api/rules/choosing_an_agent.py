"""Which agent is asked to take which waiting case."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

# Everybody who works here answers in it.
OWN_LANGUAGE = "sv"
# So long somebody who writes in another language waits for an agent who knows it to come. Then anyone is asked: an
# answer in simple Swedish is better than none.
LANGUAGE_PATIENCE = timedelta(minutes=2)
# Whoever has said no, or has not answered, is not asked about the same case again until then.
ASKED_AGAIN_AFTER_NO = timedelta(minutes=10)
ASKED_AGAIN_AFTER_SILENCE = timedelta(minutes=2)
# So many offers in a row without an answer, and the agent is thought to have left the desk.
SILENT_OFFERS_UNTIL_BREAK = 2

_NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True)
class WaitingCase:
    """`skills` are those of the case and of its group. `secrecy_classes`: whoever is asked must have all of them.
    `refused_by`: those who are not asked again yet.
    """

    id: UUID
    answer_group: str
    skills: frozenset[str]
    language: str
    is_live: bool
    waited: timedelta
    refused_by: frozenset[UUID] = frozenset()
    secrecy_classes: frozenset[str] = frozenset()


@dataclass(frozen=True)
class PresentAgent:
    """Somebody at the desk who has no break. No answer groups means all of them; no secrecy classes none, but for leads
    (`sees_all`).
    """

    id: UUID
    answer_groups: frozenset[str]
    skills: frozenset[str]
    languages: frozenset[str]
    capacity: int
    live: int
    asynchronous: int
    offers: int
    last_assigned_at: datetime | None = None
    secrecy_classes: frozenset[str] = frozenset()
    sees_all: bool = False

    @property
    def load(self) -> int:
        return self.live + self.offers

    @property
    def has_room(self) -> bool:
        return self.load < self.capacity

    def has_room_for(self, case: WaitingCase) -> bool:
        """What can be answered later never takes the room of somebody who waits, but waits for room itself."""
        return self.load + (0 if case.is_live else self.asynchronous) < self.capacity


def choose(
    cases: Sequence[WaitingCase], agents: Iterable[PresentAgent]
) -> tuple[list[tuple[WaitingCase, PresentAgent]], list[PresentAgent]]:
    """Pairs cases, which come in the order of the queue, with agents; each case once at most.

    The least loaded agent is asked first, and of those the one who has rested longest. Returns the pairs, and the
    agents as they are when they have been asked.
    """
    present = {agent.id: agent for agent in agents}
    pairs = []
    for case in cases:
        if not any(agent.has_room for agent in present.values()):
            break
        suitable = [agent for agent in suitable_agents(case, list(present.values())) if agent.has_room_for(case)]
        if not suitable:
            continue
        chosen = min(suitable, key=_order)
        pairs.append((case, chosen))
        present[chosen.id] = replace(chosen, offers=chosen.offers + 1)
    return pairs, list(present.values())


def suitable_agents(case: WaitingCase, agents: Sequence[PresentAgent]) -> list[PresentAgent]:
    """Those who may be asked about the case, whether they have room now or not."""
    able = [
        agent
        for agent in agents
        if (not agent.answer_groups or case.answer_group in agent.answer_groups)
        and case.skills <= agent.skills
        and (agent.sees_all or case.secrecy_classes <= agent.secrecy_classes)
        and agent.id not in case.refused_by
    ]
    if case.language == OWN_LANGUAGE:
        return able
    speakers = [agent for agent in able if case.language in agent.languages]
    return speakers if speakers or case.waited < LANGUAGE_PATIENCE else able


def _order(agent: PresentAgent) -> tuple[int, datetime, UUID]:
    return agent.load, agent.last_assigned_at or _NEVER, agent.id
