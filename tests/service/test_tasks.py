"""What is to be done in the studio: there for as long as its cause, and told to those who can do it."""

import re
from datetime import date, timedelta
from html import unescape
from uuid import uuid4

import httpx
import pytest
from content_folder import ContentFolder
from fakes import FakeBot, FakeClock
from fastapi import FastAPI
from people import PASSWORD, Member, People, hand_over
from sqlalchemy import select, update
from test_questions_collected import answered, ask, mark, rate

from handover_api.database import SessionFactory, transaction
from handover_api.models import (
    ArticleDraft,
    ArticleVersion,
    BotModel,
    ModelExamination,
    RegressionQuestion,
    Staff,
    Topic,
    TrainingRun,
)
from handover_api.questions import grouping, reading
from handover_api.rules.task import ASKED_OFTEN, TaskKind
from handover_api.tasks.gathering import gather
from handover_api.tasks.wording import WORDS
from handover_api.web import studio_questions
from handover_api.web.studio_tasks import PAGE_SIZE

PATH = "/redaktion/att-gora"
HTML = {"accept": "text/html"}
RADON = "Hur mäter jag radon?"
ALTAN = "Behöver jag bygglov för en altan?"
ALIKE = ("Hur hög får en altan vara?", "hur hög får altanen vara", "Hur hög får en altan vara")
DRAFT = {"text": "Nya ord.", "ansvarig": "Miljönämnden", "granskas": "2027-11-01", "publicerad": "1", "version": "0"}

pytestmark = pytest.mark.usefixtures("published")


async def show(member: Member, query: str = "") -> str:
    response = await member.client.get(f"{PATH}{query}", headers=HTML)
    assert response.status_code == 200, response.text
    return unescape(response.text)


def told(page: str) -> dict[TaskKind, list[tuple[str, str, str]]]:
    """By kind: title, what is known, and the address where it is done."""
    found = {}
    for kind, section in re.findall(
        r'<section class="studio-section" aria-labelledby="(\w+)">(.*?)</section>', page, re.DOTALL
    ):
        assert f'<h2 id="{kind}">{WORDS[TaskKind(kind)].heading} (' in section
        rows = re.findall(
            r'tasks__title" dir="auto">(.*?)</p>.*?queue-row__facts">(.*?)</p>.*?<a class="button" href="(.*?)"',
            section,
            re.DOTALL,
        )
        found[TaskKind(kind)] = [(title, " ".join(re.sub("<.*?>", "", facts).split()), to) for title, facts, to in rows]
    return found


async def tasks_of(member: Member, query: str = "") -> dict[TaskKind, list[tuple[str, str, str]]]:
    return told(await show(member, query))


async def count(member: Member) -> int:
    return int((await member.client.get(f"{PATH}/antal")).json()["count"])


async def set_review(sessions: SessionFactory, review_by: date) -> None:
    async with transaction(sessions) as session:
        await session.execute(
            update(ArticleVersion).where(ArticleVersion.text.contains("mätdosor")).values(review_by=review_by)
        )


async def write(member: Member, deed: str = "spara") -> None:
    response = await member.client.post("/redaktion/artiklar/radon", data={**DRAFT, "gor": deed}, headers=HTML)
    assert response.status_code == 303, response.text


async def test_topics_without_an_article_or_phrases_are_to_be_done_and_the_menu_says_how_many(people: People) -> None:
    page = await show(people.editor)
    found = told(page)
    assert found[TaskKind.UNWRITTEN] == [(ALTAN, "", "/redaktion/artiklar/bygglov-altan")]
    assert (RADON, "Ingen fras, minst 30 behövs Ansvarig: Miljönämnden", "/redaktion/amnen/radon") in found[
        TaskKind.THIN
    ]
    assert len(found[TaskKind.THIN]) == 3
    assert "4 saker att göra" in page
    assert await count(people.editor) == 4


async def test_an_expired_article_says_how_many_have_asked_in_vain(
    people: People, bot: FakeBot, action_server: httpx.AsyncClient, sessions: SessionFactory, clock: FakeClock
) -> None:
    await set_review(sessions, clock().date() - timedelta(days=1))
    first = (await tasks_of(people.editor))[TaskKind.EXPIRED]
    assert first == [
        (
            RADON,
            "Gällde till och med 19 november 2026 Ingen har frågat sedan dess Ansvarig: Miljönämnden",
            "/redaktion/artiklar/radon",
        )
    ]
    for reason in ("article_expired", "article_expired", "article_missing"):
        resident = await people.resident()
        await resident.write("Hur mäter jag?")
        await resident.read_until_answered()
        await hand_over(action_server, resident, bot, topic="radon", reason=reason)
    ((_, facts, _),) = (await tasks_of(people.editor))[TaskKind.EXPIRED]
    assert "2 frågor har gått till en människa sedan dess" in facts
    # What was asked before it expired got its answer then.
    await set_review(sessions, clock().date() - timedelta(days=400))
    assert "2 frågor" in (await tasks_of(people.editor))[TaskKind.EXPIRED][0][1]


async def test_on_its_last_day_an_article_is_due_and_not_expired(
    people: People, sessions: SessionFactory, clock: FakeClock
) -> None:
    await set_review(sessions, clock().date())
    found = await tasks_of(people.editor)
    assert TaskKind.EXPIRED not in found
    assert found[TaskKind.DUE] == [
        (RADON, "Granskas senast 20 november 2026 Ansvarig: Miljönämnden", "/redaktion/artiklar/radon")
    ]
    await write(people.editor)
    assert TaskKind.DUE not in await tasks_of(people.editor), "somebody is at it"


async def test_an_answer_that_seldom_helps_is_to_be_written_anew(people: People, bot: FakeBot) -> None:
    for number in range(5):
        resident, seq = await answered(people, bot)
        await rate(people, resident, seq, has_helped=number < 2)
    ((title, facts, address),) = (await tasks_of(people.editor))[TaskKind.LOW_SCORE]
    assert (title, address) == (RADON, "/redaktion/artiklar/radon")
    assert facts.startswith("2 av 5 tyckte att svaret hjälpte")


async def test_a_draft_is_for_somebody_else_to_review_and_then_gone(people: People) -> None:
    await write(people.editor, "skicka")
    own = await show(people.editor)
    assert TaskKind.IN_REVIEW not in told(own)
    assert "Ett utkast som du har skickat väntar på att någon annan granskar" in own
    ((title, facts, address),) = (await tasks_of(people.lead))[TaskKind.IN_REVIEW]
    assert (title, address) == (RADON, "/redaktion/artiklar/radon/granska")
    assert facts == "Skickades 20 november 2026 Ansvarig: Miljönämnden"
    assert (await people.lead.client.get(address, headers=HTML)).status_code == 200
    version = {"version": "2", "gor": "godkann"}
    assert (await people.lead.client.post(address, data=version, headers=HTML)).status_code == 303
    assert TaskKind.IN_REVIEW not in await tasks_of(people.lead)


async def test_what_was_sent_back_is_to_be_mended(people: People) -> None:
    await write(people.editor, "skicka")
    sent_back = {"version": "2", "gor": "skicka_tillbaka", "anmarkning": "Skriv vad det kostar."}
    response = await people.lead.client.post("/redaktion/artiklar/radon/granska", data=sent_back, headers=HTML)
    assert response.status_code == 303, response.text
    ((title, _, address),) = (await tasks_of(people.editor))[TaskKind.SENT_BACK]
    assert (title, address) == (RADON, "/redaktion/artiklar/radon")


async def test_a_draft_is_forgotten_after_two_weeks(people: People, sessions: SessionFactory, clock: FakeClock) -> None:
    await write(people.editor)
    assert TaskKind.LEFT not in await tasks_of(people.editor)
    async with transaction(sessions) as session:
        await session.execute(update(ArticleDraft).values(written_at=clock() - timedelta(days=14)))
    ((title, facts, _),) = (await tasks_of(people.editor))[TaskKind.LEFT]
    assert (title, facts) == (RADON, "Senast ändrat 6 november 2026 Ansvarig: Miljönämnden")


async def test_what_several_have_asked_is_told_to_whoever_answers_for_the_likely_topic(
    people: People, bot: FakeBot
) -> None:
    for text in ALIKE[: ASKED_OFTEN - 1]:
        await ask(people, bot, text)
    assert TaskKind.UNANSWERED not in await tasks_of(people.editor)
    await ask(people, bot, ALIKE[-1])
    ((title, facts, address),) = (await tasks_of(people.editor, "?ansvarig=Miljönämnden"))[TaskKind.UNANSWERED]
    assert (title, facts) == (ALIKE[0], "3 frågor Ansvarig: Miljönämnden")
    assert (await people.editor.client.get(address, headers=HTML)).status_code == 200
    wished = await people.editor.client.post(f"{address}/nytt-amne", data={"onskemal": "Höjder"}, headers=HTML)
    assert wished.status_code == 303
    found = await tasks_of(people.editor)
    assert TaskKind.UNANSWERED not in found
    assert found[TaskKind.TOPIC_WISHED] == [("Höjder", "3 frågor", address)]


async def test_tips_from_colleagues_are_told_of_by_topic(people: People, bot: FakeBot) -> None:
    resident = await ask(people, bot)
    await mark(people.agent, await resident.queue_up())
    ((title, facts, address),) = (await tasks_of(people.editor))[TaskKind.LESSON]
    assert (title, facts, address) == (ALTAN, "Ett tips från 20 november 2026", "/desk/redaktion")
    inbox = (await people.editor.client.get(address, headers=HTML)).text
    handle = re.findall(r'action="(/desk/redaktion/[\w-]+/klar)"', inbox)[0]
    assert (await people.editor.client.post(handle, headers=HTML)).status_code == 303
    assert TaskKind.LESSON not in await tasks_of(people.editor)


async def test_regression_questions_that_the_model_in_use_misread_are_told_of(
    people: People, sessions: SessionFactory, clock: FakeClock
) -> None:
    await examined_model(sessions, clock, "Hur farligt är radon?", "Var mäts radon?")
    assert (await tasks_of(people.editor))[TaskKind.MISREAD] == [
        ("Hur farligt är radon?", "Ansvarig: Miljönämnden", "/redaktion/amnen/radon")
    ]


async def examined_model(sessions: SessionFactory, clock: FakeClock, misread: str, understood: str) -> None:
    async with transaction(sessions) as session:
        staff = (await session.scalars(select(Staff.id).where(Staff.username == "editor"))).one()
        questions = [
            RegressionQuestion(text=text, expected_topic="radon", added_by=staff, added_at=clock())
            for text in (misread, understood)
        ]
        model = BotModel(
            sha256="a" * 64,
            size=1,
            origin="studio",
            state="serving",
            content_version="1",
            measures={},
            stored_at=clock(),
        )
        session.add_all([*questions, model])
        await session.flush()
        run = TrainingRun(
            state="done", asked_by=staff, asked_at=clock(), ended_at=clock(), problems=[], model_id=model.id
        )
        session.add(run)
        await session.flush()
        failed = [{"id": str(each), "decision": "clarify", "topic": None} for each in (questions[0].id, uuid4())]
        measured = {
            "questions": 1,
            "answered_right": 1.0,
            "answered_wrong": 0.0,
            "coverage_at_risk": 1.0,
            "out_of_scope": {"questions": 0, "answered": 0.0},
            "urgent": {"version": "1", "questions": 0, "others": 0, "recall": 1.0, "false_alarms": 0.0, "missed": []},
            "regression": {"questions": 2, "failed": failed},
        }
        found = {"version": 1, "candidate": measured, "serving": None}
        session.add(ModelExamination(run_id=run.id, received_at=clock(), found=found))


async def test_the_list_is_narrowed_by_owner_and_kind_in_its_address(people: People) -> None:
    assert set(await tasks_of(people.editor, "?slag=thin")) == {TaskKind.THIN}
    mine = await tasks_of(people.editor, "?ansvarig=Räddningsnämnden")
    assert [title for rows in mine.values() for title, _, _ in rows] == ["Det brinner"]
    nobodys = await show(people.editor, "?ansvarig=Ingen+nämnd")
    assert told(nobodys) == {}
    assert "Det finns inget att göra här." in nobodys
    assert len(await tasks_of(people.editor, "?slag=nonsens")) == 2


async def test_of_many_of_a_kind_some_are_shown_and_all_have_a_page(people: People, sessions: SessionFactory) -> None:
    async with transaction(sessions) as session:
        for number in range(PAGE_SIZE + 2):
            session.add(
                Topic(
                    id=f"amne-{number:02}",
                    title=f"Ämne {number:02}",
                    area="miljo-halsa",
                    rosa_level=1,
                    handling="answer",
                    answer_group="allmant",
                    touches_secrecy=False,
                )
            )
    page = await show(people.editor)
    assert len(told(page)[TaskKind.UNWRITTEN]) == 5
    assert 'href="/redaktion/att-gora?slag=unwritten">Visa alla 53' in page
    first = await tasks_of(people.editor, "?slag=unwritten")
    last = await tasks_of(people.editor, "?slag=unwritten&sida=2")
    titles = [title for page in (first, last) for title, _, _ in page[TaskKind.UNWRITTEN]]
    assert len(titles) == len(set(titles)) == PAGE_SIZE + 3


async def test_the_number_beside_the_menu_is_that_of_the_page_for_everyone(
    people: People, bot: FakeBot, sessions: SessionFactory, clock: FakeClock
) -> None:
    await write(people.editor, "skicka")
    for text in ALIKE:
        await ask(people, bot, text)
    assert await count(people.lead) == await count(people.editor) + 1
    async with transaction(sessions) as session:
        lead = (await session.scalars(select(Staff.id).where(Staff.username == "lead"))).one()
        assert len((await gather(session, lead, clock())).tasks) == await count(people.lead)


async def test_only_those_who_keep_answers_see_what_is_to_be_done(people: People) -> None:
    for member in (people.agent, people.admin):
        for method, address in [("GET", ""), ("GET", "/antal"), ("POST", "/mejl"), ("POST", "/mejl/nu")]:
            assert (await member.client.request(method, f"{PATH}{address}")).status_code == 404
    assert (await people.nobody.client.get(f"{PATH}/antal")).status_code == 401


@pytest.mark.parametrize(
    ("username", "wanted", "comes_to"),
    [
        ("editor", "/desk", PATH),
        ("editor", "", PATH),
        ("editor", "/desk/arenden/2026-000001", PATH),
        ("editor", "/redaktion/fragor?slag=marked", "/redaktion/fragor?slag=marked"),
        ("editor", "https://evil.example", PATH),
        ("lead", "/desk/lage", "/desk/lage"),
        ("agent", "", "/desk"),
        ("admin", "/desk", "/logga-in"),
    ],
)
async def test_whoever_signs_in_comes_to_where_their_work_begins(
    app: FastAPI, people: People, username: str, wanted: str, comes_to: str
) -> None:
    assert app
    form = {"username": username, "password": PASSWORD, "till": wanted}
    response = await people.connect().post("/logga-in", data=form, headers=HTML)
    assert (response.status_code, response.headers["location"]) == (303, comes_to)


async def test_the_studio_begins_with_what_is_to_be_done(people: People) -> None:
    response = await people.editor.client.get("/redaktion", headers=HTML)
    assert (response.status_code, response.headers["location"]) == (303, PATH)


async def test_of_very_many_open_questions_the_newest_are_listed_and_the_page_says_so(
    people: People, bot: FakeBot, content: ContentFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert content
    for text in ("Var finns parkeringen?", "När öppnar simhallen?", "Vad kostar ett bibliotekskort?"):
        await ask(people, bot, text)
    monkeypatch.setattr(reading, "MOST_OPEN", 2)
    monkeypatch.setattr(studio_questions, "MOST_OPEN", 2)
    monkeypatch.setattr(grouping, "COMPARED_WITH", 2)
    page = unescape((await people.editor.client.get("/redaktion/fragor", headers=HTML)).text)
    assert "Här visas de 2 senaste av 3 frågor" in page
    assert "parkeringen" not in page
    assert "simhallen" in page
