"""What everyone in the run did and saw, written down as it happened. Texts are kept as fingerprints only."""

import hashlib
from dataclasses import dataclass, field
from enum import StrEnum

MESSAGE_FINGERPRINT_CHARACTERS = 16


def fingerprint(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:MESSAGE_FINGERPRINT_CHARACTERS]


class Fate(StrEnum):
    """What the sender knows of a message. `open`: no definite answer has come yet."""

    OPEN = "open"
    ACCEPTED = "accepted"
    REFUSED = "refused"


@dataclass
class Sent:
    """One message of a person; repeated requests for it are the same message."""

    conversation: str
    author: str
    # Who wrote it, of those with the same role.
    writer: str
    client_id: str
    text: str
    fate: Fate = Fate.OPEN
    seq: int | None = None


@dataclass(frozen=True)
class Shown:
    """A message as it came to a reader."""

    seq: int
    # None where the reader gets a page's fragment instead of the text.
    text: str | None = None


@dataclass
class Reading:
    """What one reader saw of a conversation, in the order in which it came."""

    reader: str
    conversation: str
    is_staff: bool = False
    shown: list[Shown] = field(default_factory=list)
    # An agent who leaves a case has seen everything up to this number; a resident stays to the end.
    until: int | None = None

    @property
    def last(self) -> int:
        return self.shown[-1].seq if self.shown else 0


@dataclass(frozen=True)
class Claim:
    """An agent was told to have got a case. `key` is that of the request, however often it was sent."""

    conversation: str
    reference: str
    agent: str
    key: str


@dataclass
class Ledger:
    sent: list[Sent] = field(default_factory=list)
    readings: list[Reading] = field(default_factory=list)
    claims: list[Claim] = field(default_factory=list)
    lost_races: int = 0
    # Definite answers, which is what the run is paced by.
    accepted: int = 0

    def note_sending(self, conversation: str, author: str, writer: str, client_id: str, text: str) -> Sent:
        message = Sent(conversation, author, writer, client_id, fingerprint(text))
        self.sent.append(message)
        return message

    def note_accepted(self, message: Sent, seq: int) -> None:
        message.fate, message.seq = Fate.ACCEPTED, seq
        self.accepted += 1
