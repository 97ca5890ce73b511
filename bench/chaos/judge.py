"""Finds every fault: pure functions of what everyone did and saw, and of what is stored."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

from bench.chaos.ledger import Fate, Ledger, Reading, Sent
from bench.chaos.stored import Repair, Stored, StoredCase, StoredConversation, StoredEvent, StoredMessage


class Kind(StrEnum):
    LOST = "lost"
    DUPLICATED = "duplicated"
    OUT_OF_ORDER = "out_of_order"
    INVARIANT = "invariant_violations"
    BOT_AFTER_CLAIM = "bot_after_claim"
    DOUBLE_CLAIM = "double_claims"


@dataclass(frozen=True)
class Fault:
    """What is wrong and where; identifiers and numbers, never what was said."""

    kind: Kind
    conversation: str
    evidence: str


PEOPLE = frozenset({"resident", "agent"})
# After one of these, the case that was claimed before may be claimed anew.
RELEASES = frozenset(
    {
        "returned_to_queue",
        "transferred",
        "handed_back",
        "withdrawn",
        "left_to_be_answered",
        "closed",
        "case_closed",
        "handover_asked",
    }
)
ALLOWED_CASES = {
    "with_bot": frozenset({None, "answered"}),
    "waiting": frozenset({"waiting"}),
    "with_agent": frozenset({"assigned"}),
    "asynchronous": frozenset({"waiting", "assigned", "forwarded"}),
    "closed": frozenset({None, "assigned"}),
}


def judge(ledger: Ledger, stored: Stored) -> list[Fault]:
    messages = by_conversation(stored.messages)
    events = by_conversation(stored.events)
    return [
        *sent_messages(ledger.sent, stored.messages),
        *order_of_sending(ledger.sent),
        *(fault for reading in ledger.readings for fault in seen_once(reading, messages[reading.conversation])),
        *(fault for each in stored.conversations for fault in numbers(each, messages[each.id], events[each.id])),
        *ownership(stored.conversations, stored.cases),
        *repaired(stored.repairs),
        *(fault for each in events.values() for fault in history(each)),
        *(fault for id_, each in events.items() for fault in silent_bot(each, messages[id_])),
        *(fault for each in messages.values() for fault in turns_of_the_bot(each)),
        *(fault for each in events.values() for fault in claimed_once(each)),
        *claims_that_were_told(ledger, stored.events),
    ]


def by_conversation[Row: (StoredMessage, StoredEvent)](rows: Iterable[Row]) -> defaultdict[str, list[Row]]:
    groups: defaultdict[str, list[Row]] = defaultdict(list)
    for row in rows:
        groups[row.conversation].append(row)
    return groups


def sent_messages(sent: Iterable[Sent], stored: Iterable[StoredMessage]) -> Iterator[Fault]:
    """Everything accepted is stored once, everything refused not at all, and nothing else came from people."""
    rows: defaultdict[tuple[str, str, str | None, str | None], list[StoredMessage]] = defaultdict(list)
    for row in stored:
        if row.author in PEOPLE:
            rows[row.conversation, row.author, row.writer, row.client_id].append(row)
    for message in sent:
        writer = message.writer if message.author == "agent" else None
        found = rows.pop((message.conversation, message.author, writer, message.client_id), [])
        name = f"{message.author} {message.writer} {message.client_id}"
        yield from (Fault(kind, message.conversation, f"{name}: {what}") for kind, what in wrong_with(message, found))
    for (conversation, author, writer, client_id), unknown in rows.items():
        evidence = f"{author} {writer} {client_id}: stored as {[row.seq for row in unknown]}, and nobody sent it"
        yield Fault(Kind.DUPLICATED, conversation, evidence)


def wrong_with(message: Sent, found: list[StoredMessage]) -> Iterator[tuple[Kind, str]]:
    seqs = [row.seq for row in found]
    if len(found) > 1:
        yield Kind.DUPLICATED, f"stored as {seqs}"
    if message.fate is Fate.OPEN:
        yield Kind.LOST, f"never answered definitely; stored as {seqs}"
    elif message.fate is Fate.REFUSED and found:
        yield Kind.DUPLICATED, f"refused, and stored as {seqs}"
    elif message.fate is Fate.ACCEPTED:
        if message.seq not in seqs:
            yield Kind.LOST, f"accepted as {message.seq}, stored as {seqs}"
        if any(row.text != message.text for row in found):
            yield Kind.LOST, f"stored as {seqs} with another text"


def order_of_sending(sent: Iterable[Sent]) -> Iterator[Fault]:
    latest: dict[tuple[str, str], int] = {}
    for message in sent:
        if message.seq is None:
            continue
        key = message.conversation, message.writer
        if message.seq <= latest.get(key, 0):
            evidence = f"{message.writer} {message.client_id}: {message.seq} after {latest[key]}"
            yield Fault(Kind.OUT_OF_ORDER, message.conversation, evidence)
        latest[key] = message.seq


def seen_once(reading: Reading, stored: list[StoredMessage]) -> Iterator[Fault]:
    def fault(kind: Kind, evidence: str) -> Fault:
        return Fault(kind, reading.conversation, f"{reading.reader}: {evidence}")

    visible = {row.seq: row for row in stored if reading.is_staff or row.audience == "everyone"}
    seqs = [shown.seq for shown in reading.shown]
    expected = [seq for seq in visible if reading.until is None or seq <= reading.until]
    for seq in sorted(set(expected) - set(seqs)):
        yield fault(Kind.LOST, f"never saw {seq}")
    for seq, times in Counter(seqs).items():
        if times > 1:
            yield fault(Kind.DUPLICATED, f"saw {seq} {times} times")
        if seq not in visible:
            yield fault(Kind.DUPLICATED, f"saw {seq}, which is not stored for this reader")
    for earlier, later in pairwise(seqs):
        if later < earlier:
            yield fault(Kind.OUT_OF_ORDER, f"saw {later} after {earlier}")
    for shown in reading.shown:
        if shown.text is not None and shown.seq in visible and visible[shown.seq].text != shown.text:
            yield fault(Kind.LOST, f"saw another text as {shown.seq}")


def numbers(
    conversation: StoredConversation, messages: list[StoredMessage], events: list[StoredEvent]
) -> Iterator[Fault]:
    """Messages count from 1 and versions from 2, both without gaps and up to what the conversation says."""
    if [row.seq for row in messages] != list(range(1, conversation.last_seq + 1)):
        evidence = f"the numbers are not 1 to {conversation.last_seq}: {[row.seq for row in messages]}"
        yield Fault(Kind.LOST, conversation.id, evidence)
    if [event.version for event in events] != list(range(2, conversation.version + 1)):
        evidence = f"the versions are not 2 to {conversation.version}: {[event.version for event in events]}"
        yield Fault(Kind.INVARIANT, conversation.id, evidence)
    if events and events[-1].after != conversation.state:
        evidence = f"it is {conversation.state}, and its last event left it {events[-1].after}"
        yield Fault(Kind.INVARIANT, conversation.id, evidence)


def ownership(conversations: Iterable[StoredConversation], cases: Iterable[StoredCase]) -> Iterator[Fault]:
    """The invariant of docs/architecture.md: the case that is not closed matches the conversation's state."""
    open_cases: defaultdict[str, list[StoredCase]] = defaultdict(list)
    for case in cases:
        if case.state != "closed":
            open_cases[case.conversation].append(case)
        if case.state in {"assigned", "forwarded"} and case.owner is None:
            yield Fault(Kind.INVARIANT, case.conversation, f"case {case.reference} is {case.state} and has no owner")
    for conversation in conversations:
        found = open_cases[conversation.id]
        states = [case.state for case in found]
        if len(found) > 1 or (states[0] if states else None) not in ALLOWED_CASES[conversation.state]:
            evidence = f"{conversation.state} with {[f'{case.reference} {case.state}' for case in found]}"
            yield Fault(Kind.INVARIANT, conversation.id, evidence)


def repaired(repairs: Iterable[Repair]) -> Iterator[Fault]:
    for repair in repairs:
        yield Fault(Kind.INVARIANT, "-", f"the watchdog had to repair case {repair.reference} ({repair.problem})")


def history(events: list[StoredEvent]) -> Iterator[Fault]:
    """Each event begins where the one before it ended."""
    for earlier, later in pairwise(events):
        if earlier.after != later.before:
            evidence = f"version {later.version} begins {later.before}, and {earlier.version} ended {earlier.after}"
            yield Fault(Kind.INVARIANT, later.conversation, evidence)
        if later.seq < earlier.seq:
            evidence = f"version {later.version} has the number {later.seq}, and {earlier.version} has {earlier.seq}"
            yield Fault(Kind.INVARIANT, later.conversation, evidence)


def silent_bot(events: list[StoredEvent], messages: list[StoredMessage]) -> Iterator[Fault]:
    """The bot says nothing while an agent has the conversation.

    An event applies from the message after its number.
    """
    remaining = list(events)
    state = "with_bot"
    for message in messages:
        while remaining and remaining[0].seq < message.seq:
            state = remaining.pop(0).after
        if message.author == "bot" and state == "with_agent":
            yield Fault(Kind.BOT_AFTER_CLAIM, message.conversation, f"the bot wrote {message.seq}, kind {message.kind}")


def turns_of_the_bot(messages: list[StoredMessage]) -> Iterator[Fault]:
    """Every message is dealt with; each is answered once, and in the order of the messages."""
    for message in messages:
        if message.bot_work in {"pending", "unread"}:
            yield Fault(Kind.LOST, message.conversation, f"the bot never took up {message.seq} ({message.bot_work})")
    replies = [row for row in messages if row.author in {"bot", "system"} and row.in_reply_to is not None]
    for (seq, kind, _text), times in Counter((row.in_reply_to, row.kind, row.text) for row in replies).items():
        if times > 1:
            yield Fault(Kind.DUPLICATED, replies[0].conversation, f"{times} replies of kind {kind} to {seq}")
    # Danger is read apart from answering, so its replies have an order of their own.
    for is_of in (is_danger, is_answer):
        answered = [row for row in replies if is_of(row)]
        for earlier, later in pairwise(answered):
            if (later.in_reply_to or 0) < (earlier.in_reply_to or 0):
                evidence = f"{later.seq} answers {later.in_reply_to}, after {earlier.seq} for {earlier.in_reply_to}"
                yield Fault(Kind.OUT_OF_ORDER, later.conversation, evidence)


def is_danger(message: StoredMessage) -> bool:
    return message.kind == "urgent"


def is_answer(message: StoredMessage) -> bool:
    return not is_danger(message)


def claimed_once(events: list[StoredEvent]) -> Iterator[Fault]:
    holder: StoredEvent | None = None
    for event in events:
        if event.event in RELEASES:
            holder = None
        elif event.event == "claimed":
            if holder is not None:
                evidence = (
                    f"{event.actor} at version {event.version}, while {holder.actor} had it since {holder.version}"
                )
                yield Fault(Kind.DOUBLE_CLAIM, event.conversation, evidence)
            holder = event


def claims_that_were_told(ledger: Ledger, events: Iterable[StoredEvent]) -> Iterator[Fault]:
    """Whoever was told to have got a case has got it: as many requests were granted as are written down."""
    written = Counter((event.conversation, event.actor) for event in events if event.event == "claimed")
    told = Counter((claim.conversation, claim.agent) for claim in set(ledger.claims))
    for (conversation, agent), times in told.items():
        if times > written[conversation, agent]:
            evidence = f"{agent} was granted it {times} times, and got it {written[conversation, agent]} times"
            yield Fault(Kind.DOUBLE_CLAIM, conversation, evidence)


def count(faults: Iterable[Fault]) -> dict[str, int]:
    found = Counter(fault.kind for fault in faults)
    return {kind.value: found[kind] for kind in Kind}
