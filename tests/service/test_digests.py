"""What is to be done comes by e-mail to those who have chosen it: once a week, and without a resident's words."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from html import unescape

import httpx
import pytest
from fakes import FakeBot, FakeClock
from fastapi import FastAPI
from leaving import outbox, worker_of
from people import Member, People
from smtp_server import Post, serve_mail
from sqlalchemy import select, update
from test_questions_collected import ask
from test_tasks import ALIKE, HTML, PATH, set_review, show
from timed_work import TimedWork

from handover_api.database import SessionFactory, transaction
from handover_api.errors import InvalidError
from handover_api.models import AuditEntry, DigestChoice, Staff
from handover_api.outgoing.sender import Sender
from handover_api.tasks import digests

ADDRESS = "redaktor@kommunen.example"
SENDER = "Kontaktcenter i Exempelö <kontaktcenter@kommun.example>"
MONDAY, FRIDAY = "0", "4"
# From the clock's start, a Friday at ten o'clock, to seven on the Monday after.
TO_MONDAY_MORNING = {"hours": 69}

pytestmark = pytest.mark.usefixtures("published")


@asynccontextmanager
async def mailing(app: FastAPI, clock: FakeClock, post: Post) -> AsyncIterator[Sender]:
    async with serve_mail(post) as port:
        settings = {"SMTP_HOST": "127.0.0.1", "SMTP_PORT": str(port), "SMTP_SECURITY": "none", "MAIL_FROM": SENDER}
        async with worker_of(app, clock, **settings) as sender:
            yield sender


async def choose(member: Member, **form: str) -> httpx.Response:
    wish = {"adress": ADDRESS, "dag": MONDAY, "ansvarig": "", **form}
    return await member.client.post(f"{PATH}/mejl", data=wish, headers=HTML)


async def post_form(member: Member, deed: str, **form: str) -> httpx.Response:
    return await member.client.post(f"{PATH}/mejl/{deed}", data=form, headers=HTML)


def done(response: httpx.Response) -> str:
    assert response.status_code == 303, unescape(response.text)
    return response.headers["location"].removeprefix(f"{PATH}?klart=").removesuffix("#mejl")


async def choice_of(sessions: SessionFactory) -> DigestChoice | None:
    async with sessions() as session:
        return await session.scalar(select(DigestChoice))


async def confirmed(member: Member, sessions: SessionFactory, **form: str) -> None:
    """Somebody who has chosen to get the list, and has typed the code in."""
    assert done(await choose(member, **form)) == "kod"
    choice = await choice_of(sessions)
    assert choice is not None
    assert choice.code is not None
    assert done(await post_form(member, "bekrafta", kod=choice.code)) == "bekraftat"


async def test_the_address_is_confirmed_by_a_code_that_is_sent_to_it(
    app: FastAPI, people: People, clock: FakeClock
) -> None:
    post = Post()
    assert done(await choose(people.editor)) == "kod"
    async with mailing(app, clock, post) as sender:
        await sender.send_due()
        (letter,) = post.received
        assert (letter["To"], letter["Subject"]) == (ADDRESS, "Bekräfta din e-postadress")
        (code,) = set(re.findall(r"\b[0-9A-Z]{4}-[0-9A-Z]{4}\b", letter.get_content()))
        (link,) = re.findall(r"http\S+", letter.get_content())
        assert link.endswith(f"{PATH}?kod={code}#mejl")
        assert f'value="{code}"' in await show(people.editor, f"?kod={code}")
        wrong = await post_form(people.editor, "bekrafta", kod="ACDE-FFFF")
        assert wrong.status_code == 422
        assert "Koden stämmer inte." in wrong.text
        assert 'value="ACDE-FFFF"' in wrong.text
        assert done(await post_form(people.editor, "bekrafta", kod=f" {code.lower().replace('-', ' ')}")) == "bekraftat"
        assert done(await post_form(people.editor, "bekrafta", kod=code)) == "bekraftat"
        await sender.send_due()
    assert len(post.received) == 1
    page = await show(people.editor)
    assert f"Varje måndag får du allt som finns att göra till {ADDRESS}." in page
    assert ADDRESS not in await show(people.lead)


async def test_the_list_comes_on_the_chosen_morning_once_however_many_workers_and_restarts_there_are(
    app: FastAPI, people: People, sessions: SessionFactory, timed_work: TimedWork, clock: FakeClock
) -> None:
    post = Post()
    await confirmed(people.editor, sessions)
    async with mailing(app, clock, post) as sender:
        await sender.send_due()
        letters_before = len(post.received)
        clock.advance(hours=68, minutes=59)
        await timed_work.do("send_digests")
        await sender.send_due()
        assert len(post.received) == letters_before
        clock.advance(minutes=1)
        await asyncio.gather(*(digests.send_all_due(sessions, clock()) for _ in range(4)))
        await timed_work.do("send_digests")
        clock.advance(hours=5)
        await digests.send_all_due(sessions, clock())
        await sender.send_due()
        assert len(post.received) == letters_before + 1
        clock.advance(days=7)
        await digests.send_all_due(sessions, clock())
        await sender.send_due()
    assert len(post.received) == letters_before + 2
    assert post.received[-1]["Subject"] == "Att göra i redaktionen: 4 saker"


async def test_the_letter_says_what_is_to_be_done_and_nothing_that_a_resident_has_written(
    app: FastAPI, people: People, bot: FakeBot, sessions: SessionFactory, clock: FakeClock
) -> None:
    post = Post()
    await confirmed(people.editor, sessions)
    for text in ALIKE:
        await ask(people, bot, text)
    await set_review(sessions, clock().date())
    clock.advance(**TO_MONDAY_MORNING)
    async with mailing(app, clock, post) as sender:
        await digests.send_all_due(sessions, clock())
        await sender.send_due()
    text = post.received[-1].get_content().replace("\r\n", "\n")
    assert text.startswith("Hej!\n\nDet här finns att göra i redaktionen.\n\nArtiklar som har gått ut: 1\n")
    assert "- Hur mäter jag radon? Gällde till och med 20 november 2026. Ingen har frågat sedan dess.\n" in text
    assert "\nFrågor som flera har ställt: 1\n" in text
    assert not any(asked.lower() in text.lower() for asked in ALIKE)
    assert f"{PATH}\n" in text
    assert f"Du får det här mejlet varje måndag. Ändra eller avsluta: http://127.0.0.1:8000{PATH}#mejl" in text
    for item in await outbox(sessions):
        assert ADDRESS not in str(item.payload)


async def test_a_department_gets_its_own_and_nothing_when_it_has_nothing_to_do(
    app: FastAPI, people: People, sessions: SessionFactory, clock: FakeClock
) -> None:
    post = Post()
    await confirmed(people.editor, sessions, ansvarig="Räddningsnämnden")
    clock.advance(**TO_MONDAY_MORNING)
    async with mailing(app, clock, post) as sender:
        await digests.send_all_due(sessions, clock())
        await sender.send_due()
        letter = post.received[-1].get_content()
        assert "Det här finns att göra i redaktionen för Räddningsnämnden." in letter
        assert "Det brinner" in letter
        assert "radon" not in letter
        assert "?ansvarig=R%C3%A4ddningsn%C3%A4mnden" in letter.replace("\r\n", "")
        async with transaction(sessions) as session:
            await session.execute(update(DigestChoice).values(owner="En nämnd utan något"))
        clock.advance(days=7)
        await digests.send_all_due(sessions, clock())
        await sender.send_due()
    assert len(post.received) == 1, "the second week had nothing"


async def test_a_morning_with_nothing_to_do_is_over_whatever_comes_later_that_day(
    people: People, sessions: SessionFactory, clock: FakeClock
) -> None:
    await confirmed(people.editor, sessions)
    for hours, owner in [(69, "En nämnd utan något"), (2, "Räddningsnämnden")]:
        async with transaction(sessions) as session:
            await session.execute(update(DigestChoice).values(owner=owner))
        clock.advance(hours=hours)
        await digests.send_all_due(sessions, clock())
    assert [item.payload["letter"] for item in await outbox(sessions)] == ["confirmation"]


async def test_what_has_been_done_before_the_letter_leaves_is_not_sent(
    app: FastAPI, people: People, sessions: SessionFactory, clock: FakeClock
) -> None:
    post = Post()
    await confirmed(people.editor, sessions, ansvarig="Räddningsnämnden")
    clock.advance(**TO_MONDAY_MORNING)
    await digests.send_all_due(sessions, clock())
    async with transaction(sessions) as session:
        await session.execute(update(DigestChoice).values(owner="En nämnd utan något"))
    async with mailing(app, clock, post) as sender:
        await sender.send_due()
    assert [letter["Subject"] for letter in post.received] == []
    assert {item.state for item in await outbox(sessions)} == {"done"}


async def test_before_the_address_is_confirmed_nothing_comes_and_after_two_days_it_is_forgotten(
    people: People, sessions: SessionFactory, clock: FakeClock
) -> None:
    await choose(people.editor)
    refused = await post_form(people.editor, "nu")
    assert refused.status_code == 409
    assert "Bekräfta e-postadressen först." in refused.text
    clock.advance(days=1, hours=23)
    await digests.send_all_due(sessions, clock())
    assert await choice_of(sessions) is not None
    clock.advance(hours=1)
    async with transaction(sessions) as session:
        staff = (await session.scalars(select(Staff).where(Staff.username == "editor"))).one()
        choice = await digests.find(session, staff.id)
        assert choice is not None
        with pytest.raises(InvalidError, match="code_outdated"):
            await digests.confirm(session, staff, choice.code or "", clock())
    await digests.send_all_due(sessions, clock())
    assert await choice_of(sessions) is None
    assert [item.payload["letter"] for item in await outbox(sessions)] == ["confirmation"]


async def test_it_is_sent_at_once_to_whoever_asks_and_so_often_only(
    app: FastAPI, people: People, sessions: SessionFactory, clock: FakeClock
) -> None:
    post = Post()
    await confirmed(people.editor, sessions)
    for _ in range(digests.MOST_LETTERS - 1):
        clock.advance(minutes=1)
        assert done(await post_form(people.editor, "nu")) == "skickat"
    too_often = await post_form(people.editor, "nu")
    assert too_often.status_code == 429
    assert "Vänta en timme" in too_often.text
    async with mailing(app, clock, post) as sender:
        await sender.send_due()
    assert "Du bad om det här mejlet." in post.received[-1].get_content()
    assert (await choose(people.editor, adress="annan@kommunen.example")).status_code == 429
    choice = await choice_of(sessions)
    assert choice is not None
    assert choice.address == ADDRESS, "what could not be confirmed has not taken its place"


async def test_with_nothing_to_do_the_page_says_so_and_sends_nothing(people: People, sessions: SessionFactory) -> None:
    await confirmed(people.editor, sessions)
    async with transaction(sessions) as session:
        await session.execute(update(DigestChoice).values(owner="En nämnd utan något"))
    assert done(await post_form(people.editor, "nu")) == "inget"
    assert [item.payload["letter"] for item in await outbox(sessions)] == ["confirmation"]


async def test_it_is_ended_on_the_page_and_the_address_is_gone(
    app: FastAPI, people: People, sessions: SessionFactory, clock: FakeClock
) -> None:
    post = Post()
    await confirmed(people.editor, sessions)
    assert done(await post_form(people.editor, "nu")) == "skickat"
    assert done(await post_form(people.editor, "avsluta")) == "avslutat"
    assert done(await post_form(people.editor, "avsluta")) == "avslutat"
    assert await choice_of(sessions) is None
    async with mailing(app, clock, post) as sender:
        await sender.send_due()
    assert post.received == []
    assert (await post_form(people.editor, "bekrafta", kod="ACDE-FFFF")).status_code == 404
    async with sessions() as session:
        told = select(AuditEntry).where(AuditEntry.action.startswith("digest_")).order_by(AuditEntry.id)
        entries = list(await session.scalars(told))
    assert [entry.action for entry in entries] == ["digest_chosen", "digest_confirmed", "digest_ended"]
    assert not any(ADDRESS in str(entry.details) for entry in entries)


async def test_another_day_is_changed_at_once_and_another_address_is_confirmed_anew(
    people: People, sessions: SessionFactory
) -> None:
    await confirmed(people.editor, sessions)
    assert done(await choose(people.editor, dag=FRIDAY, ansvarig="Miljönämnden")) == "sparat"
    assert "Varje fredag får du det som Miljönämnden ansvarar för" in await show(people.editor)
    assert "Bara Miljönämnden" in await show(people.editor)
    assert done(await choose(people.editor, adress="annan@kommunen.example")) == "kod"
    assert "När du har bekräftat annan@kommunen.example" in await show(people.editor)


@pytest.mark.parametrize(
    ("form", "told"),
    [
        ({"adress": "fel@"}, "E-postadressen ser inte rätt ut."),
        ({"adress": ""}, "E-postadressen ser inte rätt ut."),
        ({"adress": f"{'å' * 300}@kommunen.example"}, "E-postadressen ser inte rätt ut."),
        ({"dag": "7"}, "Välj vilken dag du vill ha mejlet."),
        ({"dag": "måndag"}, "Välj vilken dag du vill ha mejlet."),
        ({"ansvarig": "Hittepånämnden"}, "Förvaltningen finns inte."),
    ],
)
async def test_what_cannot_be_used_is_said_beside_its_field_and_nothing_is_lost(
    people: People, sessions: SessionFactory, form: dict[str, str], told: str
) -> None:
    response = await choose(people.editor, **form)
    assert response.status_code == 422
    page = unescape(response.text)
    assert f'id="{next(iter(form))}-fel" role="alert">{told}' in page
    assert f'value="{form.get("adress", ADDRESS)}"' in page
    assert await choice_of(sessions) is None
    assert await outbox(sessions) == []


@pytest.mark.parametrize("is_set_up", [True, False])
async def test_whoever_chose_it_reads_that_a_letter_did_not_arrive_until_one_does(
    app: FastAPI, people: People, sessions: SessionFactory, clock: FakeClock, *, is_set_up: bool
) -> None:
    post = Post(at_recipient="550 No such user")
    await confirmed(people.editor, sessions)
    await post_form(people.editor, "nu")
    if is_set_up:
        async with mailing(app, clock, post) as sender:
            await sender.send_due()
            assert f"Det senaste mejlet till {ADDRESS} kom inte fram." in await show(people.editor)
            post.at_recipient = "250 OK"
            clock.advance(minutes=1)
            await post_form(people.editor, "nu")
            await sender.send_due()
        assert "kom inte fram" not in await show(people.editor)
    else:
        async with worker_of(app, clock) as sender:
            await sender.send_due()
        assert "E-post är inte inställd i systemet" in await show(people.editor)


@pytest.mark.parametrize("change", [{"is_active": False}, {"role": "agent"}])
async def test_whoever_may_not_see_tasks_any_longer_gets_none_and_is_forgotten(
    app: FastAPI,
    people: People,
    sessions: SessionFactory,
    clock: FakeClock,
    change: dict[str, object],
) -> None:
    post = Post()
    await confirmed(people.editor, sessions)
    await post_form(people.editor, "nu")
    editor = Staff.username == "editor"
    try:
        async with transaction(sessions) as session:
            await session.execute(update(Staff).where(editor).values(**change))
        async with mailing(app, clock, post) as sender:
            await sender.send_due()
        assert post.received == []
        clock.advance(**TO_MONDAY_MORNING)
        await digests.send_all_due(sessions, clock())
        assert await choice_of(sessions) is None
    finally:
        async with transaction(sessions) as session:
            await session.execute(update(Staff).where(editor).values(is_active=True, role="editor"))
