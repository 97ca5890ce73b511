"""Who on the staff may see which case, and who has to say why before reading it.

Secrecy holds between the boards of the same municipality too (OSL 8:2): a case is under the secrecy of the answer
groups in its secrecy classes, and whoever is to see it must have all of them.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from handover_api.rules.case import CaseState, Priority
from handover_api.rules.roles import HANDLES_CASES, Role

# A reason that has been given holds for a shift; who comes back the next day says it again.
OPENING_LASTS = timedelta(hours=12)
MAX_NOTE_CHARACTERS = 200


class OpeningReason(StrEnum):
    """Why somebody reads a case that another has, or that is closed. `other` is explained in words."""

    RESIDENT_BACK = "resident_back"
    HELPING_COLLEAGUE = "helping_colleague"
    FOLLOWING_UP = "following_up"
    PUBLIC_RECORD = "public_record"
    OTHER = "other"


@dataclass(frozen=True)
class Sight:
    """What somebody may see of the cases that are not their own. No answer groups means all; no classes means none."""

    role: Role
    answer_groups: frozenset[str] = frozenset()
    secrecy_classes: frozenset[str] = frozenset()

    def takes_in(self, answer_group: str, secrecy_classes: Iterable[str]) -> bool:
        if self.role is not Role.AGENT:
            return self.role in HANDLES_CASES
        is_in_groups = not self.answer_groups or answer_group in self.answer_groups
        return is_in_groups and self.secrecy_classes.issuperset(secrecy_classes)

    def takes_in_waiting(self, answer_group: str, secrecy_classes: Iterable[str], *, is_danger: bool) -> bool:
        """What waits is the same, but danger does not wait for whoever is cleared (BrB 24:4)."""
        return (is_danger and self.role in HANDLES_CASES) or self.takes_in(answer_group, secrecy_classes)

    def takes_in_group(self, answer_group: str | None) -> bool:
        """Whether what belongs to an answer group, or to all of them (None), is for them."""
        return answer_group is None or self.takes_in(answer_group, ())


def is_danger(state: CaseState, priority: Priority) -> bool:
    """Whether the case is for everybody who handles cases."""
    return state is CaseState.WAITING and priority is Priority.URGENT


def may_see(
    sight: Sight,
    *,
    is_owner: bool,
    answer_group: str,
    secrecy_classes: Iterable[str],
    is_waiting_danger: bool = False,
) -> bool:
    """Whether the case exists for them. Whoever has a case sees it, whatever it turns out to be about."""
    is_taken_in = sight.takes_in_waiting(answer_group, secrecy_classes, is_danger=is_waiting_danger)
    return sight.role in HANDLES_CASES and (is_owner or is_taken_in)


def needs_reason(state: CaseState, *, is_owner: bool) -> bool:
    """Whether what has been said in a case that they may see is read only by who says why. What waits is for all."""
    return state is not CaseState.WAITING and not is_owner
