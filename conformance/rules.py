"""What a rule is, and how rules are tried one after the other."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

import httpx

RULE_SECONDS = 120.0


class Verdict(StrEnum):
    KEPT = "kept"
    BROKEN = "broken"
    NOT_TRIED = "not tried"


class RuleBrokenError(Exception):
    """The message says what was found instead."""


class NotTriedError(Exception):
    """What the rule needs was not given; the message says what."""


class Subject:
    """What is tried: a service, or a bot."""

    async def tidy(self) -> None:
        """Called after each rule: ends what the rule began, so that the next one begins from the beginning."""


@dataclass(frozen=True)
class Rule[Tried: Subject]:
    id: str
    sentence: str
    check: Callable[[Tried], Awaitable[None]]


@dataclass(frozen=True)
class Finding:
    id: str
    sentence: str
    verdict: Verdict
    found: str
    seconds: float


class Rulebook[Tried: Subject]:
    def __init__(self) -> None:
        self._rules: dict[str, Rule[Tried]] = {}

    def __iter__(self) -> Iterator[Rule[Tried]]:
        return iter(self._rules.values())

    def rule(
        self, rule_id: str, sentence: str
    ) -> Callable[[Callable[[Tried], Awaitable[None]]], Callable[[Tried], Awaitable[None]]]:
        """Adds a rule to the book.

        Raises:
            ValueError: the id is taken.
        """

        def add(check: Callable[[Tried], Awaitable[None]]) -> Callable[[Tried], Awaitable[None]]:
            if rule_id in self._rules:
                raise ValueError(f"{rule_id} is in the book already")
            self._rules[rule_id] = Rule(rule_id, sentence, check)
            return check

        return add


def require(holds: object, found: str) -> None:
    """
    Raises:
        RuleBrokenError
    """
    if not holds:
        raise RuleBrokenError(found)


async def try_rules[Tried: Subject](
    subject: Tried, rules: Sequence[Rule[Tried]], tell: Callable[[Finding], None]
) -> list[Finding]:
    """Tries all the rules, whatever comes of each."""
    findings = []
    for rule in rules:
        findings.append(await _try(subject, rule))
        tell(findings[-1])
    return findings


async def _try[Tried: Subject](subject: Tried, rule: Rule[Tried]) -> Finding:
    began = time.monotonic()

    def finding(verdict: Verdict, found: str = "") -> Finding:
        return Finding(rule.id, rule.sentence, verdict, found, round(time.monotonic() - began, 2))

    try:
        async with asyncio.timeout(RULE_SECONDS):
            try:
                await rule.check(subject)
            finally:
                await subject.tidy()
    except NotTriedError as error:
        return finding(Verdict.NOT_TRIED, str(error))
    except RuleBrokenError as error:
        return finding(Verdict.BROKEN, str(error))
    except (httpx.HTTPError, ValueError, KeyError, TypeError) as error:
        # The other side did not answer, or with something of another shape than the rule reads.
        return finding(Verdict.BROKEN, f"the answer could not be used: {type(error).__name__} {error}")
    except TimeoutError:
        return finding(Verdict.BROKEN, f"no end within {RULE_SECONDS:.0f} seconds")
    return finding(Verdict.KEPT)
