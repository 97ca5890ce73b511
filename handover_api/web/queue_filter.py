"""What an agent has chosen to see of the queue. It stands in the page's address, so it is kept there."""

from dataclasses import dataclass
from enum import StrEnum

from fastapi import Request

from handover_api.cases.reading import WaitingList
from handover_api.cases.schemas import CaseSummary
from handover_api.rules.case import Priority
from handover_api.rules.list_address import list_address
from handover_api.web import wording

_LONGEST = 60


class Wait(StrEnum):
    """Whether the resident sits in the chat now, or has been promised an answer later."""

    NOW = "nu"
    LATER = "senare"


@dataclass(frozen=True)
class QueueFilter:
    """Empty: everything."""

    group: str = ""
    language: str = ""
    is_urgent: bool = False
    wait: str = ""

    @classmethod
    def of(cls, request: Request) -> "QueueFilter":
        wanted = request.query_params
        group, language = wanted.get("grupp", "")[:_LONGEST], wanted.get("sprak", "")[:_LONGEST]
        wait = wanted.get("vantan", "")
        return cls(group, language, wanted.get("bradskande") == "1", wait if wait in set(Wait) else "")

    def __bool__(self) -> bool:
        return bool(self.group) or self.looks_at_cases

    @property
    def looks_at_cases(self) -> bool:
        """Whether it asks for more than the answer group: then only the cases that are read are looked through."""
        return bool(self.language or self.wait) or self.is_urgent

    @property
    def query(self) -> str:
        """As it stands after the address, with the question mark; empty when everything is wanted."""
        chosen = {"grupp": self.group, "sprak": self.language, "bradskande": "1" if self.is_urgent else ""}
        chosen["vantan"] = self.wait
        return list_address("", chosen)

    def wants_group(self, group: str) -> bool:
        return self.group in {"", group}

    def wants(self, case: CaseSummary) -> bool:
        has_language = self.language in {"", case.language}
        is_later = case.due_at is not None
        has_wait = not self.wait or is_later == (self.wait == Wait.LATER)
        return has_language and has_wait and (not self.is_urgent or case.priority is Priority.URGENT)


def languages_in(waiting: WaitingList, wanted: QueueFilter) -> list[tuple[str, str]]:
    """The languages to choose from: those that somebody who waits writes in, and the one that is chosen."""
    codes = {case.language for case in waiting.first} | ({wanted.language} if wanted.language else set())
    return sorted(((code, wording.language(code).capitalize()) for code in codes), key=lambda pair: pair[1])


def groups_in(waiting: WaitingList, wanted: QueueFilter, known: dict[str, str]) -> list[tuple[str, str]]:
    """The answer groups to choose from."""
    codes = {*known, *(pile.answer_group for pile in waiting.counts)} | ({wanted.group} if wanted.group else set())
    return sorted(((code, known.get(code) or wording.answer_group(code)) for code in codes), key=lambda pair: pair[1])
