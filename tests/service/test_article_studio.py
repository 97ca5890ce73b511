"""Articles in the studio: written, reviewed by somebody else, published; nothing is written over unseen."""

import asyncio
import html
import io
import re
import zipfile
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from content_folder import ContentFolder, replace
from fakes import FakeClock
from people import Member, People, a_personal_number
from sqlalchemy import select, update

from handover_api.content import exporting, reviewing
from handover_api.content.article_list import Standing, Wanted, find_articles
from handover_api.content.service import ImportResult, import_content
from handover_api.database import SessionFactory, transaction
from handover_api.models import AnswerFeedback, ArticleDraft, ArticleVersion, AuditEntry, Base, Message, Staff
from handover_api.rules.message import Author

HTML = {"accept": "text/html"}
PATH = "/redaktion/artiklar"
RADON = f"{PATH}/radon"
ALTAN = f"{PATH}/bygglov-altan"
WHOLE = {
    "text": "Beställ mätdosor hos kommunen. Ring {telefon}.",
    "ansvarig": "Miljönämnden",
    "granskas": "2027-11-01",
    "publicerad": "1",
    "version": "0",
}

pytestmark = pytest.mark.usefixtures("published")


async def write(member: Member, path: str = RADON, deed: str = "spara", **form: object) -> httpx.Response:
    return await member.client.post(path, data={**WHOLE, "gor": deed, **form}, headers=HTML)


async def post(member: Member, path: str, **form: object) -> httpx.Response:
    return await member.client.post(path, data=form, headers=HTML)


async def show(member: Member, path: str = RADON, status: int = 200) -> str:
    response = await member.client.get(path, headers=HTML)
    assert response.status_code == status, response.text
    return html.unescape(response.text)


def went_well(response: httpx.Response, done: str) -> None:
    assert response.status_code == 303, response.text
    assert response.headers["location"].endswith(f"?klart={done}")


async def draft_of(sessions: SessionFactory, topic: str = "radon") -> ArticleDraft | None:
    async with sessions() as session:
        return await session.scalar(select(ArticleDraft).where(ArticleDraft.topic == topic))


async def version_of(sessions: SessionFactory, topic: str = "radon") -> str:
    draft = await draft_of(sessions, topic)
    return str(draft.version if draft else 0)


async def said(action_server: httpx.AsyncClient, topic: str = "radon") -> str:
    return str((await action_server.get(f"/internal/articles/{topic}")).json()["text"])


async def review(
    member: Member, sessions: SessionFactory, deed: str, path: str = RADON, **form: object
) -> httpx.Response:
    version = await version_of(sessions, path.rsplit("/", 1)[-1])
    return await post(member, f"{path}/granska", version=version, gor=deed, **form)


async def test_an_article_is_read_by_residents_when_somebody_else_has_approved_it(
    people: People, sessions: SessionFactory, action_server: httpx.AsyncClient
) -> None:
    before = await said(action_server)
    went_well(await write(people.editor, deed="skicka"), "skickat")
    assert await said(action_server) == before
    assert "Granska utkastet" in await show(people.lead)
    assert "tillagt: " in await show(people.lead, f"{RADON}/granska")
    went_well(await review(people.lead, sessions, "godkann"), "publicerat")
    assert await said(action_server) == "Beställ mätdosor hos kommunen. Ring 0980-319 200."
    assert await draft_of(sessions) is None


async def test_a_version_says_who_wrote_and_who_approved_it(people: People, sessions: SessionFactory) -> None:
    await write(people.editor, deed="skicka")
    await review(people.lead, sessions, "godkann")
    async with sessions() as session:
        versions = [*await session.scalars(select(ArticleVersion).order_by(ArticleVersion.version))]
        staff = {each.id: each.username for each in await session.scalars(select(Staff))}
    radon = [each for each in versions if each.department == "Miljönämnden"]
    assert [(each.version, each.author_id and staff[each.author_id]) for each in radon] == [(1, None), (2, "editor")]
    assert staff[radon[1].reviewer_id or radon[1].article_id] == "lead"
    history = await show(people.editor, f"{RADON}/historik")
    assert "Skriven av Redaktören, granskad av Teamledaren" in history
    assert "Från innehållsfilerna" in history


async def test_whoever_wrote_it_does_not_approve_it(
    people: People, sessions: SessionFactory, action_server: httpx.AsyncClient
) -> None:
    before = await said(action_server)
    await write(people.editor, deed="skicka")
    assert "Be någon av dem som kan: Teamledaren." in await show(people.editor, f"{RADON}/granska")
    refused = await review(people.editor, sessions, "godkann")
    assert refused.status_code == 409
    assert "Någon annan behöver granska det" in refused.text
    assert await said(action_server) == before


async def test_an_only_editor_is_told_whom_to_ask(people: People, sessions: SessionFactory) -> None:
    leads = update(Staff).where(Staff.role == "lead")
    async with transaction(sessions) as session:
        await session.execute(leads.values(is_active=False))
    try:
        page = await show(people.editor)
    finally:
        # The accounts are there for every test.
        async with transaction(sessions) as session:
            await session.execute(leads.values(is_active=True))
    assert "lägga till en redaktör eller en teamledare" in page
    assert "lägga till en redaktör eller en teamledare" not in await show(people.editor)


async def test_what_is_sent_back_comes_with_a_reason_and_can_be_sent_again(
    people: People, sessions: SessionFactory
) -> None:
    await write(people.editor, deed="skicka")
    unsaid = await review(people.lead, sessions, "skicka-tillbaka", anmarkning="  ")
    assert unsaid.status_code == 422
    assert "Skriv vad som behöver ändras." in unsaid.text
    went_well(await review(people.lead, sessions, "skicka-tillbaka", anmarkning="Nämn priset."), "skickat-tillbaka")
    page = await show(people.editor)
    assert "Nämn priset." in page
    went_well(await write(people.editor, deed="skicka", version=await version_of(sessions)), "skickat")
    went_well(await review(people.lead, sessions, "godkann"), "publicerat")


async def test_what_is_taken_back_is_not_published(people: People, sessions: SessionFactory) -> None:
    await write(people.editor, deed="skicka")
    seen = await version_of(sessions)
    went_well(await post(people.editor, f"{RADON}/ta-tillbaka", version=seen), "tillbaka")
    late = await post(people.lead, f"{RADON}/granska", version=seen, gor="godkann")
    assert (late.status_code, late.headers["location"]) == (303, RADON)
    draft = await draft_of(sessions)
    assert draft is not None
    assert draft.state == "draft"


async def test_only_the_words_that_were_read_are_approved(people: People, sessions: SessionFactory) -> None:
    await write(people.editor, deed="skicka")
    seen = await version_of(sessions)
    await post(people.editor, f"{RADON}/ta-tillbaka", version=seen)
    await write(people.editor, deed="skicka", version=await version_of(sessions), text="Något helt annat.")
    refused = await post(people.lead, f"{RADON}/granska", version=seen, gor="godkann")
    assert refused.status_code == 409
    assert "Någon annan har ändrat utkastet" in refused.text


async def test_two_editors_never_write_over_each_other_unseen(people: People, sessions: SessionFactory) -> None:
    went_well(await write(people.editor, text="Den enes ord."), "sparat")
    refused = await write(people.lead, text="Den andres ord.")
    page = html.unescape(refused.text)
    assert refused.status_code == 409
    assert "Någon annan har ändrat utkastet" in page
    # Both texts are there: the own one in its field, the other's in the differences.
    assert re.search(r"<textarea[^>]*>Den andres ord.</textarea>", page)
    assert "enes" in page
    kept = await draft_of(sessions)
    assert kept is not None
    assert kept.text == "Den enes ord."
    # Whoever has seen both may choose.
    [version] = set(re.findall(r'name="version" value="(\d+)"', page))
    went_well(await write(people.lead, text="Den andres ord.", version=version), "sparat")
    chosen = await draft_of(sessions)
    assert chosen is not None
    assert chosen.text == "Den andres ord."


async def test_of_two_who_begin_at_the_same_moment_one_is_told(people: People, sessions: SessionFactory) -> None:
    texts = ["Den enes ord.", "Den andres ord."]
    answers = await asyncio.gather(
        *(write(who, text=text) for who, text in zip((people.editor, people.lead), texts, strict=True))
    )
    assert sorted(answer.status_code for answer in answers) == [303, 409]
    kept = await draft_of(sessions)
    assert kept is not None
    assert kept.text == texts[[answer.status_code for answer in answers].index(303)]


async def test_of_two_who_approve_at_the_same_moment_one_publishes(people: People, sessions: SessionFactory) -> None:
    await write(people.editor, deed="skicka")
    answers = await asyncio.gather(*(review(people.lead, sessions, "godkann") for _ in range(3)))
    assert {answer.status_code for answer in answers} <= {303, 404}
    async with sessions() as session:
        versions = [*await session.scalars(select(ArticleVersion).where(ArticleVersion.department == "Miljönämnden"))]
    assert len(versions) == 2


async def test_what_was_begun_from_an_older_version_is_not_saved_unseen(
    people: People, sessions: SessionFactory
) -> None:
    await write(people.editor, deed="skicka")
    await review(people.lead, sessions, "godkann")
    refused = await write(people.lead, text="Från den gamla.")
    assert refused.status_code == 409
    assert "En ny version har publicerats medan du skrev" in refused.text
    assert await draft_of(sessions) is None


async def test_what_was_published_meanwhile_is_told_to_whoever_still_writes(
    people: People, sessions: SessionFactory
) -> None:
    await write(people.editor, deed="skicka")
    await review(people.lead, sessions, "godkann")
    refused = await write(people.editor, version="1", text="Jag skrev vidare.")
    assert refused.status_code == 409
    assert "Jag skrev vidare." in refused.text
    assert "publicerats eller kastats medan du skrev" in refused.text


async def test_what_is_reviewed_is_not_changed_under_the_reviewer(people: People, sessions: SessionFactory) -> None:
    await write(people.editor, deed="skicka")
    refused = await write(people.editor, version=await version_of(sessions), text="Smygändring.")
    assert refused.status_code == 409
    assert "Ta tillbaka det" in refused.text
    assert "Smygändring." in refused.text
    draft = await draft_of(sessions)
    assert draft is not None
    assert draft.text == WHOLE["text"]


@pytest.mark.parametrize(
    ("form", "sentence"),
    [
        ({"text": ""}, "Skriv svaret som invånaren ska läsa."),
        ({"text": "Ring {telefn}."}, "Det finns ingen lokal uppgift som heter {telefn}. Menade du {telefon}?"),
        ({"text": "ord " * 121}, "Skriv högst 120 ord."),
        ({"text": "<script>"}, "Ta bort rubriker och HTML-kod."),
        ({"checklista": "# Fråga"}, "Ta bort rubrikerna"),
        ({"ansvarig": ""}, "Skriv vem som ansvarar för svaret."),
        ({"granskas": ""}, "Välj en dag då artikeln ska granskas igen."),
        ({"granskas": "2026-11-01"}, "Välj en senare dag."),
        ({"publiceras": "2028-01-01T08:00"}, "Välj en senare dag."),
        ({"steg_text": ["Läs mer"], "steg_adress": [""]}, "Ett steg saknar text eller adress."),
        ({"steg_text": ["Läs mer"], "steg_adress": ["javascript:alert(1)"]}, "går inte att använda"),
        ({"kalla_namn": [""], "kalla_adress": ["https://a.example"]}, "En källa saknar namn."),
    ],
)
async def test_what_is_unfinished_is_kept_but_not_sent(
    people: People, sessions: SessionFactory, form: dict[str, object], sentence: str
) -> None:
    refused = await write(people.editor, deed="skicka", **form)
    assert refused.status_code == 422
    assert sentence in html.unescape(refused.text)
    draft = await draft_of(sessions)
    assert draft is not None
    assert draft.state == "draft"


@pytest.mark.parametrize(
    ("form", "sentence"),
    [
        ({"granskas": "nästa år"}, "Skriv dagen som år-månad-dag"),
        ({"publiceras": "i morgon"}, "Skriv dag och klockslag"),
        ({"publiceras": "2027-01-01T08:00+05:00"}, "Skriv dag och klockslag"),
        ({"text": "å" * 5000}, "Texten är för lång för att sparas."),
        ({"kalla_namn": ["å" * 301], "kalla_adress": [""]}, "Skriv högst 300 tecken."),
    ],
)
async def test_what_cannot_be_kept_comes_back_as_it_was_written(
    people: People, sessions: SessionFactory, form: dict[str, object], sentence: str
) -> None:
    refused = await write(people.editor, **{"checklista": "Min lista", **form})
    page = html.unescape(refused.text)
    assert refused.status_code == 422
    assert sentence in page
    assert "Min lista" in page
    for value in form.values():
        assert (value[0] if isinstance(value, list) else str(value)) in page
    assert await draft_of(sessions) is None


async def test_personal_numbers_are_masked_before_they_are_stored(people: People, sessions: SessionFactory) -> None:
    await write(people.editor, text=f"Skriv {a_personal_number()} på blanketten.")
    draft = await draft_of(sessions)
    assert draft is not None
    assert a_personal_number() not in draft.text


async def test_an_article_waits_for_its_time(
    people: People, sessions: SessionFactory, clock: FakeClock, action_server: httpx.AsyncClient
) -> None:
    before = await said(action_server)
    await write(people.editor, deed="skicka", publiceras="2026-12-01T08:00")
    went_well(await review(people.lead, sessions, "godkann"), "godkant")
    assert "Godkänt av Teamledaren. Publiceras 1 dec kl. 08.00." in await show(people.editor)
    await reviewing.publish_all_due(sessions, clock())
    assert await said(action_server) == before
    at = clock() + timedelta(days=30)
    await reviewing.publish_all_due(sessions, at)
    await reviewing.publish_all_due(sessions, at)
    assert (await said(action_server)).startswith("Beställ mätdosor hos kommunen.")
    async with sessions() as session:
        versions = [*await session.scalars(select(ArticleVersion).where(ArticleVersion.department == "Miljönämnden"))]
    assert len(versions) == 2


async def test_what_waits_is_sent_back_when_what_it_rests_on_has_changed(
    people: People, sessions: SessionFactory, published: ContentFolder, clock: FakeClock
) -> None:
    await write(people.editor, deed="skicka", publiceras="2026-12-01T08:00")
    await review(people.lead, sessions, "godkann")
    replace(published.radon, "Beställ mätdosor.", "Beställ mätdosor i dag.")
    async with transaction(sessions) as session:
        await import_content(session, published.path, clock())
    await reviewing.publish_all_due(sessions, clock() + timedelta(days=30))
    draft = await draft_of(sessions)
    assert draft is not None
    assert draft.state == "sent_back"
    assert "En ny version av artikeln publicerades" in draft.remark
    assert "Skickad tillbaka" in await show(people.editor, PATH)


async def test_an_older_version_becomes_a_draft_again(
    people: People, sessions: SessionFactory, action_server: httpx.AsyncClient
) -> None:
    before = await said(action_server)
    await write(people.editor, deed="skicka")
    await review(people.lead, sessions, "godkann")
    assert "borttaget: " in await show(people.editor, f"{RADON}/historik/2")
    went_well(await post(people.editor, f"{RADON}/historik/1/aterstall"), "aterstalld")
    again = await post(people.lead, f"{RADON}/historik/1/aterstall")
    assert again.status_code == 409
    draft = await draft_of(sessions)
    assert draft is not None
    went_well(
        await write(people.editor, deed="skicka", text=draft.text, version=draft.version, publicerad="2"), "skickat"
    )
    went_well(await review(people.lead, sessions, "godkann"), "publicerat")
    assert await said(action_server) == before
    await show(people.editor, f"{RADON}/historik/9", status=404)


async def test_a_draft_that_is_thrown_away_leaves_what_is_published(
    people: People, sessions: SessionFactory, action_server: httpx.AsyncClient
) -> None:
    before = await said(action_server)
    await write(people.editor)
    stale = await post(people.editor, f"{RADON}/kasta", version="7")
    assert stale.status_code == 409
    went_well(await post(people.editor, f"{RADON}/kasta", version=await version_of(sessions)), "kastat")
    assert await draft_of(sessions) is None
    assert await said(action_server) == before


async def test_a_topic_without_an_article_gets_one(
    people: People, sessions: SessionFactory, action_server: httpx.AsyncClient
) -> None:
    assert "Ingenting är publicerat ännu" in await show(people.editor, ALTAN)
    went_well(await write(people.editor, ALTAN, "skicka", publicerad="0", ansvarig="Byggnadsnämnden"), "skickat")
    assert "En ny artikel" in await show(people.lead, f"{ALTAN}/granska")
    went_well(await review(people.lead, sessions, "godkann", ALTAN), "publicerat")
    assert (await said(action_server, "bygglov-altan")).startswith("Beställ")


async def test_what_an_editor_has_published_is_not_written_over_by_the_files(
    people: People,
    sessions: SessionFactory,
    published: ContentFolder,
    clock: FakeClock,
    action_server: httpx.AsyncClient,
) -> None:
    await write(people.editor, deed="skicka")
    await review(people.lead, sessions, "godkann")
    async with transaction(sessions) as session:
        result = await import_content(session, published.path, clock())
    assert result == ImportResult(topics=3, articles=2, changed=0, kept=1)
    assert (await said(action_server)).startswith("Beställ mätdosor hos kommunen.")


async def test_the_preview_is_what_the_resident_will_see(people: People) -> None:
    form = {
        **WHOLE,
        "text": "**Beställ** här. Ring {telefon} eller {okand}.",
        "engelska": "Call {telefon}.",
        "lattlast": "Ring oss.",
        "steg_text": "Mät radon",
        "steg_adress": "{lank_radon}",
    }
    response = await people.editor.client.post(f"{RADON}/forhandsgranska", data=form)
    answer = response.json()
    for part in (
        "<strong>Beställ</strong>",
        "0980-319 200",
        "{okand}",
        'href="https://www.exempelkommunen.example/radon"',
        "Läs på lättläst svenska",
        '<div lang="en"',
        "Ansvarig:",
    ):
        assert part in answer["html"], part
    assert answer["problems"] == {"text": "Det finns ingen lokal uppgift som heter {okand}."}
    # Without a script the same stands on the page, and nothing is saved.
    page = await write(people.editor, deed="forhandsgranska", **form)
    assert page.status_code == 200
    assert "<strong>Beställ</strong>" in page.text


async def test_articles_are_found_by_words_and_by_what_is_chosen(people: People) -> None:
    async def found(query: str) -> set[str]:
        return set(re.findall(rf'href="{PATH}/([a-z-]+)"', await show(people.editor, f"{PATH}?{query}")))

    everything = {"radon", "bygglov-altan", "akut-fara"}
    assert await found("") == everything
    assert await found("sok=mätdosa") == {"radon"}
    assert await found("sok=altaner") == {"bygglov-altan"}
    assert await found("sok=xyzzy") == set()
    assert await found("omrade=bygga-bo") == {"bygglov-altan"}
    assert await found("ansvarig=Räddningsnämnden") == {"akut-fara"}
    assert await found("niva=1") == {"radon"}
    assert await found("niva=hej&lage=hej") == everything
    assert await found("lage=unwritten") == {"bygglov-altan"}
    assert await found("sida=2") == set()
    await write(people.editor)
    assert await found("lage=draft") == {"radon"}


async def test_what_is_due_or_has_expired_is_a_task(sessions: SessionFactory, clock: FakeClock) -> None:
    async def standing(days: int) -> dict[str, list[Standing]]:
        now = clock() + timedelta(days=days)
        async with sessions() as session:
            found = await find_articles(session, Wanted(), now)
        return {each.topic: each.standings(now.date()) for each in found.articles}

    assert (await standing(300))["radon"] == []
    assert (await standing(330))["radon"] == [Standing.DUE]
    assert (await standing(346))["radon"] == [Standing.DUE]
    assert (await standing(347))["radon"] == [Standing.EXPIRED]


async def test_what_residents_say_of_the_served_version_is_counted(
    people: People, sessions: SessionFactory, clock: FakeClock
) -> None:
    resident = await people.resident()
    for number, (version, has_helped) in enumerate([(1, True), *[(1, False)] * 4, *[(2, False)] * 9]):
        async with transaction(sessions) as session:
            message = Message(
                conversation_id=resident.uuid,
                seq=100 + number,
                author=Author.BOT,
                kind="answer",
                text="Mät radon.",
                payload={"topic": "radon", "article_version": version},
                created_at=clock(),
            )
            session.add(message)
            await session.flush()
            session.add(AnswerFeedback(message_id=message.id, has_helped=has_helped, created_at=clock()))
    page = await show(people.editor, f"{PATH}?lage=low_score")
    assert "1 av 5 tyckte att svaret hjälpte" in page
    assert "av 9" not in page
    async with sessions() as session:
        later = await find_articles(session, Wanted(), clock() + timedelta(days=91))
    assert {each.opinions for each in later.articles} == {0}


async def test_all_content_is_downloaded_as_it_is_imported(
    people: People, sessions: SessionFactory, clock: FakeClock, tmp_path: Path
) -> None:
    await write(people.editor, deed="skicka", engelska="Order a kit.", checklista="- Fråga.")
    await review(people.lead, sessions, "godkann")
    response = await people.lead.client.get("/redaktion/innehall.zip")
    assert response.headers["content-type"] == "application/zip"
    archive = zipfile.ZipFile(io.BytesIO(response.content))
    archive.extractall(tmp_path)
    text = (tmp_path / "data/knowledge/miljo-halsa/radon.md").read_text(encoding="utf-8")
    assert "Beställ mätdosor hos kommunen." in text
    assert "## English\n\nOrder a kit.\n" in text
    # What is imported into an empty house is exported again as the same files.
    async with transaction(sessions) as session:
        exported = await exporting.read_files(session)
        for table in reversed(Base.metadata.sorted_tables):
            if table.name in {"articles", "article_versions", "topics", "local_facts"}:
                await session.execute(table.delete())
    async with transaction(sessions) as session:
        await import_content(session, tmp_path / "data", clock())
        assert await exporting.read_files(session) == exported


async def test_each_step_is_in_the_audit_trail_and_the_words_are_not(people: People, sessions: SessionFactory) -> None:
    await write(people.editor, deed="skicka")
    await review(people.lead, sessions, "godkann")
    async with sessions() as session:
        entries = [
            *await session.scalars(
                select(AuditEntry).where(AuditEntry.subject_kind == "article").order_by(AuditEntry.id)
            )
        ]
    assert [(entry.actor_kind, entry.action) for entry in entries] == [
        ("editor", "article_draft_begun"),
        ("editor", "article_sent_for_review"),
        ("lead", "article_published"),
    ]
    assert "mätdosor" not in str([entry.details for entry in entries])


async def test_for_others_the_studio_does_not_exist(people: People, sessions: SessionFactory) -> None:
    await write(people.editor, deed="skicka")
    pages = [
        *("/redaktion", PATH, RADON, f"{RADON}/granska", f"{RADON}/historik", f"{RADON}/historik/1"),
        "/redaktion/innehall.zip",
    ]
    for path in pages:
        assert (await people.editor.client.get(path, headers=HTML)).status_code in {200, 303}, path
        for member in (people.agent, people.admin):
            assert (await member.client.get(path, headers=HTML)).status_code == 404, path
    version = await version_of(sessions)
    for path in (RADON, f"{RADON}/granska", f"{RADON}/ta-tillbaka", f"{RADON}/kasta", f"{RADON}/forhandsgranska"):
        refused = await people.agent.client.post(path, data={"version": version, "gor": "godkann"}, headers=HTML)
        assert refused.status_code == 404, path
    assert await draft_of(sessions) is not None
    await show(people.editor, f"{PATH}/finns-inte", status=404)
