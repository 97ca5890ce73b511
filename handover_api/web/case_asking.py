"""The forms of a case by which the resident is asked for something, as they are filled in."""

from dataclasses import dataclass

from handover_api.errors import ConflictError, InvalidError
from handover_api.rules.request import Detail, RequestKind
from handover_api.web.requests import LABELS

DETAILS = [(detail, label) for detail, label in LABELS.items()]


@dataclass(frozen=True)
class AskingForm:
    """`kind`: the form that was sent and refused, if one was, with what stood in it and why."""

    kind: RequestKind | None = None
    purpose: str = ""
    details: frozenset[Detail] = frozenset()
    error: ConflictError | InvalidError | None = None

    @property
    def text(self) -> str:
        """What the agent had written."""
        return self.purpose

    @property
    def is_about_purpose(self) -> bool:
        return isinstance(self.error, InvalidError) and self.error.code != "details_missing"

    def purpose_of(self, kind: str) -> str:
        return self.purpose if self.kind == kind else ""

    def error_of(self, kind: str) -> str | None:
        return self.error.detail if self.error and self.kind == kind else None
