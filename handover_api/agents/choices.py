"""What everybody at the desk chooses for themselves: sound, notifications, shortcuts."""

from dataclasses import dataclass

from handover_api.models import Staff
from handover_api.rules.notices import ToldOf


@dataclass(frozen=True)
class Choices:
    sound: ToldOf = ToldOf.NOTHING
    notifications: ToldOf = ToldOf.NOTHING
    has_shortcuts: bool = False


def choices_of(staff: Staff) -> Choices:
    return Choices(ToldOf(staff.sound), ToldOf(staff.notifications), staff.has_shortcuts)


def choose(staff: Staff, choices: Choices) -> None:
    """From the next page on; nobody else is concerned, so it is not part of the audit trail."""
    staff.sound = choices.sound
    staff.notifications = choices.notifications
    staff.has_shortcuts = choices.has_shortcuts
