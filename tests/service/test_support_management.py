"""A case that is forwarded becomes one errand in the department's case system, whatever goes wrong on the way."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from itertools import product

import pytest
from fake_support_management import FakeSupportManagement, Mood, Note
from fakes import FakeClock
from fastapi import FastAPI
from leaving import outbox, staff_messages, worker_of
from people import People
from serving import serve
from sqlalchemy import select

from handover_api.database import SessionFactory, transaction
from handover_api.integrations.case_system import Errand, ErrandMessage
from handover_api.integrations.delivery import RefusedError, TryAgainError
from handover_api.integrations.support_management import TAG, Account, SupportManagement
from handover_api.models import Case, Department
from handover_api.outgoing.sender import Sender

REFERENCE = "2026-000123"
ERRAND = Errand(REFERENCE, "Ärende 2026-000123: Bygglov", "Det gäller: Bygglov", is_urgent=False)


def message(number: int = 7, text: str = "Titta på det här.") -> ErrandMessage:
    return ErrandMessage(REFERENCE, number, "Byggförvaltningen", text)


@pytest.fixture
def fake() -> FakeSupportManagement:
    return FakeSupportManagement()


@pytest.fixture
async def url(fake: FakeSupportManagement) -> AsyncIterator[str]:
    async with serve(fake.application()) as url:
        yield url


def account(url: str, **changes: str) -> Account:
    return Account(
        **{
            "url": url,
            "municipality_id": "2281",
            "namespace": "KONTAKT",
            "category": "SUPPORT_CASE",
            "type": "OTHER_ISSUES",
            "status": "NEW",
            **changes,
        }
    )


@pytest.fixture
async def case_system(url: str) -> AsyncIterator[SupportManagement]:
    adapter = SupportManagement(account(url))
    yield adapter
    await adapter.close()


async def test_an_errand_is_made_once_with_our_reference_on_it(
    fake: FakeSupportManagement, case_system: SupportManagement
) -> None:
    external_id = await case_system.create(ERRAND)
    assert await case_system.create(ERRAND) == external_id
    [(made_id, made)] = fake.errands.items()
    assert made_id == external_id
    assert [(tag.key, tag.value) for tag in made.externalTags] == [(TAG, REFERENCE)]
    assert (made.title, made.priority) == (ERRAND.title, "MEDIUM")


async def test_another_cases_errand_is_never_taken_for_ours(
    fake: FakeSupportManagement, case_system: SupportManagement
) -> None:
    other = Errand("2026-000124", "Ett annat", "", is_urgent=True)
    ids = {await case_system.create(ERRAND), await case_system.create(other)}
    assert len(ids) == len(fake.errands) == 2
    # Somebody else's errand that carries our number as another thing.
    stranger = next(iter(fake.errands.values())).model_copy(deep=True)
    stranger.externalTags[0].value = "x"
    stranger.externalTags.append(stranger.externalTags[0].model_copy(update={"key": "order", "value": REFERENCE}))
    fake.errands["0"] = stranger
    assert await case_system.create(ERRAND) in ids


async def test_a_message_is_added_once(fake: FakeSupportManagement, case_system: SupportManagement) -> None:
    external_id = await case_system.create(ERRAND)
    for _ in range(2):
        await case_system.add_message(external_id, message())
    await case_system.add_message(external_id, message(9, "En sak till."))
    bodies = [note.body for note in fake.notes[external_id]]
    assert bodies == ["Till Byggförvaltningen:\nTitta på det här.", "Till Byggförvaltningen:\nEn sak till."]


async def test_a_long_message_is_added_whole_in_parts_that_the_api_takes(
    fake: FakeSupportManagement, case_system: SupportManagement
) -> None:
    external_id = await case_system.create(ERRAND)
    text = "åäö " * 1000
    # The second part does not come through the first time.
    fake.moods.extend(["well", "well", "fails"])
    with pytest.raises(TryAgainError):
        await case_system.add_message(external_id, message(text=text))
    await case_system.add_message(external_id, message(text=text))
    assert "".join(note.body for note in fake.notes[external_id]) == f"Till Byggförvaltningen:\n{text}"


async def test_notes_are_looked_for_on_every_page(fake: FakeSupportManagement, case_system: SupportManagement) -> None:
    external_id = await case_system.create(ERRAND)
    template = {"context": "HANDOVER", "role": "R", "body": "B", "createdBy": "C"}
    fake.notes[external_id] += [Note(subject=f"annat {number}", **template) for number in range(1500)]
    await case_system.add_message(external_id, message())
    await case_system.add_message(external_id, message())
    assert len(fake.notes[external_id]) == 1501


@pytest.mark.parametrize(
    ("mood", "error"),
    [
        ("refuses", RefusedError),
        ("conflict", TryAgainError),
        ("busy", TryAgainError),
        ("fails", TryAgainError),
        ("no_location", TryAgainError),
    ],
)
async def test_each_answer_means_what_it_says(
    fake: FakeSupportManagement, case_system: SupportManagement, mood: Mood, error: type[Exception]
) -> None:
    fake.moods.extend(["well", mood])
    with pytest.raises(error):
        await case_system.create(ERRAND)
    await case_system.create(ERRAND)
    assert len(fake.errands) == 1


async def test_an_errand_that_they_have_deleted_takes_no_more_messages(case_system: SupportManagement) -> None:
    with pytest.raises(RefusedError, match="case_system_answered_404"):
        await case_system.add_message("00000000-0000-0000-0000-000000000000", message())


async def test_a_token_is_fetched_once_and_again_when_it_is_taken_back(fake: FakeSupportManagement, url: str) -> None:
    fake.wants_token = True
    adapter = SupportManagement(account(url, token_url=f"{url}/token", client_id="kontakt", client_secret="hemligt"))
    external_id = await adapter.create(ERRAND)
    assert fake.tokens_given == 1
    fake.moods.append("token_ended")
    await adapter.add_message(external_id, message())
    assert fake.tokens_given == 2
    await adapter.close()


async def test_without_an_account_the_answer_is_to_try_again(
    fake: FakeSupportManagement, case_system: SupportManagement
) -> None:
    fake.wants_token = True
    with pytest.raises(TryAgainError, match="case_system_answered_401"):
        await case_system.create(ERRAND)


@dataclass(frozen=True)
class Forwarded:
    reference: str
    sender: Sender


@pytest.fixture
async def forwarded(
    app: FastAPI, people: People, sessions: SessionFactory, clock: FakeClock, url: str
) -> AsyncIterator[Forwarded]:
    """A case that the agent has sent to a department with a case system, and the worker that has not got to it yet."""
    async with transaction(sessions) as session:
        session.add(Department(id="bygg", name="Byggförvaltningen", email=None, uses_case_system=True))
    resident = await people.resident()
    await resident.write("Det här är mina egna ord")
    reference = await resident.queue_up()
    await people.agent.claim(reference)
    response = await people.agent.forward(reference, note="Kan ni titta på altanen?")
    assert response.status_code == 200, response.text
    settings = {
        "CASE_SYSTEM": "support_management",
        "SUPPORT_MANAGEMENT_URL": url,
        "SUPPORT_MANAGEMENT_MUNICIPALITY_ID": "2281",
        "SUPPORT_MANAGEMENT_NAMESPACE": "KONTAKT",
    }
    async with worker_of(app, clock, **settings) as sender:
        yield Forwarded(reference, sender)


async def external_id(sessions: SessionFactory, reference: str) -> str | None:
    async with sessions() as session:
        return await session.scalar(select(Case.external_id).where(Case.reference == reference))


async def test_a_forwarded_case_becomes_an_errand_with_the_agents_words_and_no_one_elses(
    people: People, sessions: SessionFactory, fake: FakeSupportManagement, forwarded: Forwarded
) -> None:
    await forwarded.sender.send_due()
    [(made_id, errand)] = fake.errands.items()
    assert await external_id(sessions, forwarded.reference) == made_id
    [note] = fake.notes[made_id]
    assert "Kan ni titta på altanen?" in note.body
    assert "egna ord" not in f"{errand}{note}"

    await people.agent.record_department_answer(forwarded.reference)
    await people.agent.forward(forwarded.reference, note="En sak till.")
    await forwarded.sender.send_due()
    assert len(fake.errands) == 1
    assert ["En sak till." in each.body for each in fake.notes[made_id]] == [False, True]


# Looking for the errand, making it, looking at its notes, adding the note.
POINTS = 4
FAILURES: list[Mood] = ["busy", "fails", "fails_after", "conflict", "no_location"]


@pytest.mark.parametrize(("point", "mood"), list(product(range(POINTS), FAILURES)))
async def test_there_is_one_errand_with_one_note_wherever_it_fails_the_first_times(
    fake: FakeSupportManagement,
    forwarded: Forwarded,
    sessions: SessionFactory,
    clock: FakeClock,
    point: int,
    mood: Mood,
) -> None:
    for _ in range(2):
        fake.moods.extend([*["well"] * point, mood])
        await forwarded.sender.send_due()
        fake.moods.clear()
        clock.advance(minutes=2)
    await forwarded.sender.send_due()
    [notes] = fake.notes.values()
    assert len(fake.errands) == len(notes) == 1
    assert [item.state for item in await outbox(sessions)] == ["done"]


async def test_a_case_that_the_case_system_refuses_comes_back_to_its_agent(
    people: People, fake: FakeSupportManagement, forwarded: Forwarded
) -> None:
    fake.moods.extend(["well", "refuses"])
    await forwarded.sender.send_due()
    assert fake.errands == {}
    [note] = await staff_messages(people, forwarded.reference, "delivery_failed")
    assert "nådde inte fram till Byggförvaltningen" in note["text"]
    assert (await people.agent.get_case(forwarded.reference))["priority"] == "due_soon"
