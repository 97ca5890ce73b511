"""The judge of the chaos run finds each kind of fault, and nothing in a run in which all went well."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import pytest

from bench.chaos.judge import Kind, count, judge
from bench.chaos.ledger import Claim, Fate, Ledger, Reading, Shown, fingerprint
from bench.chaos.stored import Repair, Stored, StoredCase, StoredConversation, StoredEvent, StoredMessage

CONVERSATION = "samtal"
REFERENCE = "2026-000001"


@dataclass
class Run:
    """A resident asks, the bot answers, the resident asks for a person, an agent answers and gives back."""

    ledger: Ledger
    stored: Stored

    def faults(self) -> dict[str, int]:
        return {kind: found for kind, found in count(judge(self.ledger, self.stored)).items() if found}

    def change_message(self, seq: int, **values: object) -> None:
        place = next(place for place, row in enumerate(self.stored.messages) if row.seq == seq)
        self.stored.messages[place] = replace(self.stored.messages[place], **values)  # type: ignore[arg-type]


def message(seq: int, author: str, text: str, **values: object) -> StoredMessage:
    defaults: dict[str, object] = {
        "audience": "everyone",
        "kind": "text",
        "client_id": None,
        "writer": None,
        "in_reply_to": None,
        "bot_work": None,
    }
    return StoredMessage(CONVERSATION, seq, author, text=fingerprint(text), **{**defaults, **values})  # type: ignore[arg-type]


def event(version: int, seq: int, name: str, before: str, after: str, actor: str | None = None) -> StoredEvent:
    return StoredEvent(CONVERSATION, version, seq, name, before, after, actor)


@pytest.fixture
def run() -> Run:
    messages = [
        message(1, "resident", "fråga", client_id="m1", bot_work="done"),
        message(2, "bot", "svar", kind="answer", in_reply_to=1),
        message(3, "resident", "en människa?", client_id="m2", bot_work="done"),
        message(4, "system", "i kö", kind="handover"),
        message(5, "system", "här", kind="agent_joined"),
        message(6, "agent", "hej", client_id="s1", writer="anställd"),
        message(7, "agent", "till kollegan", kind="note", audience="staff", client_id="s2", writer="anställd"),
        message(8, "system", "tillbaka", kind="handed_back"),
    ]
    events = [
        event(2, 3, "handover_asked", "with_bot", "waiting"),
        event(3, 4, "claimed", "waiting", "with_agent", "anställd"),
        event(4, 7, "handed_back", "with_agent", "with_bot", "anställd"),
    ]
    ledger = Ledger()
    for author, writer, client_id, text, seq in (
        ("resident", "invånare", "m1", "fråga", 1),
        ("resident", "invånare", "m2", "en människa?", 3),
        ("agent", "anställd", "s1", "hej", 6),
        ("agent", "anställd", "s2", "till kollegan", 7),
    ):
        ledger.note_accepted(ledger.note_sending(CONVERSATION, author, writer, client_id, text), seq)
    shown = [Shown(row.seq, row.text) for row in messages if row.audience == "everyone"]
    ledger.readings.append(Reading("invånare", CONVERSATION, shown=shown))
    seen_by_agent = [Shown(row.seq) for row in messages]
    ledger.readings.append(Reading("anställd", CONVERSATION, is_staff=True, shown=seen_by_agent, until=7))
    ledger.claims.append(Claim(CONVERSATION, REFERENCE, "anställd", "nyckel"))
    conversation = StoredConversation(CONVERSATION, "with_bot", version=4, last_seq=8)
    case = StoredCase(CONVERSATION, REFERENCE, "answered", "anställd")
    return Run(ledger, Stored([conversation], messages, events, [case], []))


def test_a_run_in_which_all_went_well_has_no_faults(run: Run) -> None:
    assert run.faults() == {}


def lose_a_row(run: Run) -> None:
    del run.stored.messages[5]


def lose_an_accepted_message(run: Run) -> None:
    run.change_message(6, author="system", client_id=None, writer=None)


def change_a_text(run: Run) -> None:
    run.change_message(1, text=fingerprint("något annat"))


def leave_a_message_without_an_answer(run: Run) -> None:
    run.ledger.sent[0].fate = Fate.OPEN


def hide_a_message_from_the_resident(run: Run) -> None:
    del run.ledger.readings[0].shown[2]


def hide_a_message_from_the_agent(run: Run) -> None:
    del run.ledger.readings[1].shown[6]


def show_another_text(run: Run) -> None:
    run.ledger.readings[0].shown[0] = Shown(1, fingerprint("något annat"))


def leave_work_to_the_bot(run: Run) -> None:
    run.change_message(3, bot_work="pending")


def store_a_message_twice(run: Run) -> None:
    run.change_message(5, author="agent", client_id="s1", writer="anställd", text=fingerprint("hej"))


def store_a_refused_message(run: Run) -> None:
    run.ledger.sent[3].fate = Fate.REFUSED
    run.ledger.sent[3].seq = None


def store_what_nobody_sent(run: Run) -> None:
    run.change_message(5, author="agent", client_id="okänd", writer="anställd")


def show_a_message_twice(run: Run) -> None:
    run.ledger.readings[0].shown.insert(1, run.ledger.readings[0].shown[0])


def show_a_note_to_the_resident(run: Run) -> None:
    run.ledger.readings[0].shown.insert(6, Shown(7))


def answer_a_message_twice(run: Run) -> None:
    run.change_message(4, author="bot", kind="answer", text=fingerprint("svar"), in_reply_to=1)


def store_in_another_order_than_sent(run: Run) -> None:
    run.ledger.sent[0], run.ledger.sent[1] = run.ledger.sent[1], run.ledger.sent[0]


def show_in_another_order(run: Run) -> None:
    shown = run.ledger.readings[0].shown
    shown[0], shown[1] = shown[1], shown[0]


def answer_in_another_order(run: Run) -> None:
    run.change_message(2, in_reply_to=3)
    run.change_message(4, author="bot", kind="answer", in_reply_to=1)


def let_the_bot_talk_over_the_agent(run: Run) -> None:
    run.change_message(5, author="bot", kind="chat")


def let_the_case_stay_assigned(run: Run) -> None:
    run.stored.cases[0] = replace(run.stored.cases[0], state="assigned")


def open_two_cases(run: Run) -> None:
    run.stored.cases.append(replace(run.stored.cases[0], reference="2026-000002"))


def take_the_owner_away(run: Run) -> None:
    run.stored.cases[0] = replace(run.stored.cases[0], state="forwarded", owner=None)
    run.stored.conversations[0] = replace(run.stored.conversations[0], state="asynchronous")
    run.stored.events[2] = replace(run.stored.events[2], after="asynchronous")


def repair_a_case(run: Run) -> None:
    run.stored.repairs.append(Repair(REFERENCE, "states_disagree"))


def lose_an_event(run: Run) -> None:
    del run.stored.events[1]


def change_the_state_without_an_event(run: Run) -> None:
    run.stored.conversations[0] = replace(run.stored.conversations[0], state="closed")
    run.stored.cases.clear()


def claim_twice(run: Run) -> None:
    run.stored.events.insert(2, event(4, 5, "claimed", "with_agent", "with_agent", "kollega"))
    run.stored.events[3] = replace(run.stored.events[3], version=5)
    run.stored.conversations[0] = replace(run.stored.conversations[0], version=5)


def grant_a_case_that_somebody_else_got(run: Run) -> None:
    run.ledger.claims.append(Claim(CONVERSATION, REFERENCE, "kollega", "en annan nyckel"))


SPOILED: list[tuple[Callable[[Run], None], Kind]] = [
    (lose_a_row, Kind.LOST),
    (lose_an_accepted_message, Kind.LOST),
    (change_a_text, Kind.LOST),
    (leave_a_message_without_an_answer, Kind.LOST),
    (hide_a_message_from_the_resident, Kind.LOST),
    (hide_a_message_from_the_agent, Kind.LOST),
    (show_another_text, Kind.LOST),
    (leave_work_to_the_bot, Kind.LOST),
    (store_a_message_twice, Kind.DUPLICATED),
    (store_a_refused_message, Kind.DUPLICATED),
    (store_what_nobody_sent, Kind.DUPLICATED),
    (show_a_message_twice, Kind.DUPLICATED),
    (show_a_note_to_the_resident, Kind.DUPLICATED),
    (answer_a_message_twice, Kind.DUPLICATED),
    (store_in_another_order_than_sent, Kind.OUT_OF_ORDER),
    (show_in_another_order, Kind.OUT_OF_ORDER),
    (answer_in_another_order, Kind.OUT_OF_ORDER),
    (let_the_bot_talk_over_the_agent, Kind.BOT_AFTER_CLAIM),
    (let_the_case_stay_assigned, Kind.INVARIANT),
    (open_two_cases, Kind.INVARIANT),
    (take_the_owner_away, Kind.INVARIANT),
    (repair_a_case, Kind.INVARIANT),
    (lose_an_event, Kind.INVARIANT),
    (change_the_state_without_an_event, Kind.INVARIANT),
    (claim_twice, Kind.DOUBLE_CLAIM),
    (grant_a_case_that_somebody_else_got, Kind.DOUBLE_CLAIM),
]


@pytest.mark.parametrize(("spoil", "kind"), SPOILED, ids=[spoil.__name__ for spoil, _ in SPOILED])
def test_each_fault_is_found(run: Run, spoil: Callable[[Run], None], kind: Kind) -> None:
    spoil(run)
    assert kind in run.faults()


def test_the_same_answer_to_a_repeated_claim_is_one_claim(run: Run) -> None:
    run.ledger.claims.append(run.ledger.claims[0])
    assert run.faults() == {}


def test_danger_may_be_told_while_somebody_waits(run: Run) -> None:
    run.change_message(4, author="bot", kind="urgent", in_reply_to=3)
    assert run.faults() == {}


def test_what_came_after_an_agent_left_need_not_be_seen_by_that_agent(run: Run) -> None:
    del run.ledger.readings[1].shown[7]
    assert run.faults() == {}


def test_a_message_that_the_closed_conversation_refused_is_no_fault(run: Run) -> None:
    run.ledger.note_sending(CONVERSATION, "resident", "invånare", "m3", "hej då").fate = Fate.REFUSED
    assert run.faults() == {}
