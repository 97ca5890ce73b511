"""A next step that leads to another topic: written as an address, `amne:` and the topic's id, shown as a choice."""

import re
from collections import deque
from collections.abc import Collection, Iterable, Iterator, Mapping

BEGINNING = "amne:"
_TOPIC = re.compile(rf"{BEGINNING}([a-z0-9]+(?:-[a-z0-9]+)*)")


def topic_of(address: str) -> str | None:
    """The topic that an address leads to; None when it leads out of the chat."""
    match = _TOPIC.fullmatch(address)
    return match[1] if match else None


def way_round(start: str, links: Mapping[str, Collection[str]]) -> list[str]:
    """The shortest way that leads from a topic back to itself, as its topics from first to last; empty without one."""
    came_from: dict[str, str] = {}
    waiting = deque([start])
    while waiting:
        topic = waiting.popleft()
        for following in sorted(links.get(topic, ())):
            if following == start:
                return _path(start, topic, came_from)
            if following not in came_from:
                came_from[following] = topic
                waiting.append(following)
    return []


def ways_round(starts: Iterable[str], links: Mapping[str, Collection[str]]) -> Iterator[list[str]]:
    """The shortest way round from each of the topics that has one; a way by the same topics only once."""
    told: set[frozenset[str]] = set()
    for start in starts:
        path = way_round(start, links)
        if path and frozenset(path) not in told:
            told.add(frozenset(path))
            yield path


def _path(start: str, last: str, came_from: Mapping[str, str]) -> list[str]:
    path = [start]
    while last != start:
        path.append(last)
        last = came_from[last]
    return [start, *reversed(path[1:]), start]
