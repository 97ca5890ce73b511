import httpx
import psycopg
import pytest
from fakes import FakeBot
from people import People, hand_over
from sqlalchemy import select

from handover_api.database import SessionFactory
from handover_api.models import AuditEntry
from handover_api.settings import Settings

CANARY = "kanariefågeln"


async def entries(sessions: SessionFactory) -> list[AuditEntry]:
    async with sessions() as session:
        return list(await session.scalars(select(AuditEntry).order_by(AuditEntry.id)))


async def test_each_deed_leaves_an_entry_with_who_what_and_which(people: People, sessions: SessionFactory) -> None:
    resident = await people.resident()
    reference = await resident.queue_up()
    await people.agent.get_case(reference)
    await people.agent.claim(reference)
    await people.agent.hand_back(reference)
    await resident.queue_up()
    await people.lead.claim(reference)
    await people.lead.close(reference)
    trail = [(each.actor_kind, each.action, each.subject_kind, each.subject_id) for each in await entries(sessions)]
    conversation = ("conversation", resident.id)
    case = ("case", reference)
    assert trail == [
        ("resident", "handover_asked", *conversation),
        ("resident", "handover", *case),
        ("agent", "read", *case),
        ("agent", "claimed", *conversation),
        ("agent", "claim", *case),
        ("agent", "handed_back", *conversation),
        ("agent", "hand_back", *case),
        ("resident", "handover_asked", *conversation),
        ("resident", "handover", *case),
        ("lead", "claimed", *conversation),
        ("lead", "claim", *case),
        ("lead", "closed", *conversation),
        ("lead", "close", *case),
    ]


async def test_the_staff_are_named_and_the_states_told(people: People, sessions: SessionFactory) -> None:
    reference = await (await people.resident()).queue_up()
    await people.agent.claim(reference)
    asked, handover, claimed, claim = await entries(sessions)
    assert asked.actor_id is handover.actor_id is None
    assert claimed.actor_id == claim.actor_id is not None
    assert claimed.details == {"before": "waiting", "after": "with_agent", "version": 3}
    assert claim.details == {"version": 3}


async def test_the_bot_stands_for_what_the_bot_does(
    people: People, sessions: SessionFactory, bot: FakeBot, action_server: httpx.AsyncClient
) -> None:
    resident = await people.resident()
    await resident.write("en fråga")
    await resident.read_until_answered()
    await hand_over(action_server, resident, bot)
    assert {entry.actor_kind for entry in await entries(sessions)} == {"bot"}


async def test_signing_in_leaves_an_entry(people: People, sessions: SessionFactory) -> None:
    body = {"username": "lead", "password": "ett långt lösenord"}
    assert (await people.connect().post("/api/session", json=body)).status_code == 200
    (entry,) = await entries(sessions)
    assert (entry.actor_kind, entry.action, entry.subject_kind) == ("lead", "signed_in", "staff")
    assert str(entry.actor_id) == entry.subject_id


async def test_signing_out_leaves_an_entry_of_whoever_was_signed_in(people: People, sessions: SessionFactory) -> None:
    visitor = people.connect(headers={"accept": "text/html"})
    await visitor.post("/api/session", json={"username": "lead", "password": "ett långt lösenord"})
    for _ in range(2):
        assert (await visitor.post("/logga-ut")).status_code == 303
    signed_in, signed_out = await entries(sessions)
    assert (signed_out.actor_kind, signed_out.action, signed_out.subject_kind) == ("lead", "signed_out", "staff")
    assert (signed_out.actor_id, signed_out.subject_id) == (signed_in.actor_id, signed_in.subject_id)


async def test_what_is_refused_leaves_no_entry(people: People, sessions: SessionFactory) -> None:
    reference = await (await people.resident()).queue_up()
    before = len(await entries(sessions))
    await people.agent.hand_back(reference)
    await people.editor.claim(reference)
    await people.nobody.claim(reference)
    assert len(await entries(sessions)) == before


async def test_no_entry_holds_what_was_written(people: People, sessions: SessionFactory) -> None:
    resident = await people.resident()
    await resident.write(CANARY)
    await resident.read_until_answered()
    reference = await resident.queue_up()
    await people.agent.write(reference, f"Svar om {CANARY}")
    await people.agent.close(reference, f"Löst, {CANARY}")
    trail = await entries(sessions)
    assert len(trail) == 6
    assert CANARY not in str([entry.details for entry in trail])


@pytest.mark.parametrize(
    "statement",
    ["UPDATE audit_entries SET action = 'annat'", "DELETE FROM audit_entries", "TRUNCATE audit_entries"],
)
async def test_the_database_refuses_to_change_the_trail(
    people: People, sessions: SessionFactory, settings: Settings, statement: str
) -> None:
    await (await people.resident()).queue_up()
    async with await psycopg.AsyncConnection.connect(settings.libpq_url) as connection:
        with pytest.raises(psycopg.errors.RaiseException, match="append-only"):
            await connection.execute(statement)
    assert len(await entries(sessions)) == 2
