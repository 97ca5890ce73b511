"""The part of the chat page that says how the answer reaches a resident who need not stay."""

from dataclasses import dataclass
from datetime import datetime

from handover_api.cases.schemas import ConversationStatus
from handover_api.errors import ConflictError, InvalidError
from handover_api.rules.conversation import State

# Which field an error is about.
_FIELDS = {
    "channel_missing": "channel",
    "email_wrong": "email",
    "telephone_wrong": "telephone",
    "not_a_mobile": "telephone",
    "name_wrong": "name",
}


@dataclass(frozen=True)
class ContactForm:
    """What the resident has filled in."""

    channel: str = ""
    email: str = ""
    telephone: str = ""
    name: str = ""


@dataclass(frozen=True)
class AnswerPanel:
    status: ConversationStatus
    now: datetime
    form: ContactForm = ContactForm()
    error: InvalidError | ConflictError | None = None

    @property
    def is_shown(self) -> bool:
        return self.status.state is State.ASYNCHRONOUS or self.status.can_leave_contact or self.error is not None

    def is_about(self, field: str) -> bool:
        return self.error is not None and _FIELDS.get(self.error.code) == field
