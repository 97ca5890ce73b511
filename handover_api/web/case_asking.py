"""The forms of a case by which the resident is asked for something, as they are filled in."""

from dataclasses import dataclass

from handover_api.rules.request import Detail, RequestKind
from handover_api.web.requests import LABELS

DETAILS = [(detail, label) for detail, label in LABELS.items()]


@dataclass(frozen=True)
class AskingForm:
    """`kind`: the form that was sent and refused, if one was, with what stood in it and why."""

    kind: RequestKind | None = None
    purpose: str = ""
    details: frozenset[Detail] = frozenset()
    error: str | None = None
    is_about_purpose: bool = False

    def purpose_of(self, kind: str) -> str:
        return self.purpose if self.kind == kind else ""

    def error_of(self, kind: str) -> str | None:
        return self.error if self.kind == kind else None
