"""What an agent does with a case beside writing and closing: forms that work without a script and lose no text."""

import psycopg
import pytest
from checking_client import CheckedPage, CheckingClient
from playwright.async_api import expect
from running_service import RunningService
from test_every_page import ask_for_person
from visitor import NARROW, Visitor, Visitors


class Desk:
    """Somebody of the staff in a browser without scripts, on the page of one case."""

    def __init__(self, client: CheckingClient, reference: str) -> None:
        self._client = client
        self._reference = reference

    async def case(self) -> CheckedPage:
        """The case; one that is not theirs, they say why they open."""
        page = await self._client.get(f"/desk/arenden/{self._reference}")
        if page.h1 == f"Öppna ärende {self._reference}":
            page = await self._client.post(f"/desk/arenden/{self._reference}/oppna", reason="helping_colleague")
        return page

    async def claim(self) -> CheckedPage:
        return await self._client.post(f"/desk/arenden/{self._reference}/ta")

    async def send(self, form: str, *, seen: CheckedPage | None = None, **fields: str) -> CheckedPage:
        """Sends a form of the case's page, as it was when it was seen."""
        page = seen or await self.case()
        return await self._client.post(
            f"/desk/arenden/{self._reference}/{form}",
            version=page.value("version", of=form),
            key=page.value("key", of=form),
            **fields,
        )

    async def queue(self) -> CheckedPage:
        return await self._client.get("/desk")


@pytest.fixture
async def reference(pages: CheckingClient) -> str:
    return await ask_for_person(pages)


async def desk_of(service: RunningService, passwords: dict[str, str], username: str, reference: str) -> Desk:
    client = CheckingClient(service.url)
    await client.sign_in(username, passwords[username])
    return Desk(client, reference)


@pytest.fixture
async def agent(service: RunningService, passwords: dict[str, str], reference: str) -> Desk:
    return await desk_of(service, passwords, "medarbetare1", reference)


@pytest.fixture
async def colleague(service: RunningService, passwords: dict[str, str], reference: str) -> Desk:
    return await desk_of(service, passwords, "medarbetare2", reference)


@pytest.fixture
async def lead(service: RunningService, passwords: dict[str, str], reference: str) -> Desk:
    return await desk_of(service, passwords, "teamledare", reference)


async def test_a_note_is_for_staff_alone(pages: CheckingClient, agent: Desk, colleague: Desk) -> None:
    page = await agent.send("anteckning", text="Ringde, men ingen svarade.")
    assert "Ringde, men ingen svarade." in page.text
    assert "Anteckning. Bara personal läser det." in page.text
    assert "Ringde, men ingen svarade." in (await colleague.case()).text
    assert "Ringde" not in (await pages.get("/chatt")).html


async def test_a_form_that_is_sent_twice_is_one_step(agent: Desk, database_url: str) -> None:
    await agent.claim()
    page = await agent.case()
    for _ in range(2):
        await agent.send("vidarebefordra", seen=page, department="bygg", text="Kan ni svara?")
    with psycopg.connect(database_url) as connection:
        count = connection.execute("SELECT count(*) FROM conversation_events WHERE event = 'forwarded'").fetchone()
    assert count == (1,)


async def test_a_case_goes_to_a_department_and_back(pages: CheckingClient, agent: Desk, colleague: Desk) -> None:
    await agent.claim()
    page = await agent.send("vidarebefordra", department="bygg", text="Kan ni svara på frågan om altanen?")
    for shown in (
        "Ligger hos Byggnadsnämnden. Kommer tillbaka",
        "Till Byggnadsnämnden. Bara personal läser det.",
        "Byggnadsnämnden har ingen adress här",
        "Svar utlovat senast",
        "Medarbetare 1 skickade ärendet vidare till Byggnadsnämnden",
    ):
        assert shown in page.text
    assert "Hos Byggnadsnämnden" in (await agent.queue()).text
    chat = await pages.get("/chatt")
    assert "har gått vidare till Byggnadsnämnden" in chat.text
    assert "Kan ni svara på frågan" not in chat.html
    page = await colleague.send("forvaltningens-svar", text="Det går bra.")
    assert "Svar från Byggnadsnämnden. Bara personal läser det." in page.text
    assert "Medarbetare 1 har ärendet." in page.text
    assert "Medarbetare 2 skrev ner förvaltningens svar" in page.text


async def test_a_case_goes_to_a_colleague_a_group_and_the_queue(agent: Desk, colleague: Desk) -> None:
    await agent.claim()
    # A chat goes only to a colleague who is there; a case that nobody waits for goes to anyone.
    await agent.send("vidarebefordra", department="bygg", text="Kan ni svara?")
    page = await agent.send("lamna-over", target="agent:medarbetare2", text="Tar du den här?")
    assert page.h1 == "Kön"
    page = await colleague.case()
    assert "Tar du den här?" in page.text
    assert "Medarbetare 1 lämnade över ärendet" in page.text
    await colleague.send("forvaltningens-svar", text="Det går bra.")
    page = await colleague.send("lamna-over", target="group:naringsliv", text="Det gäller ett företag.")
    assert "1 ärende väntar." in page.text
    assert "Näringsliv" in page.text
    page = await agent.case()
    assert "Medarbetare 2 lämnade över ärendet till Näringsliv" in page.text
    await agent.claim()
    page = await agent.send("ater-till-kon", text="")
    assert "1 ärende väntar." in page.text
    assert "Medarbetare 1 lämnade tillbaka ärendet till kön" in (await agent.case()).text


async def test_a_lead_takes_a_case_over(agent: Desk, lead: Desk, colleague: Desk) -> None:
    await agent.claim()
    assert "Ta över ärendet" not in (await colleague.case()).text
    assert (await colleague.send("ta-over")).status == 404
    page = await lead.send("ta-over")
    assert "Du har ärendet." in page.text
    assert "Teamledaren tog över ärendet" in page.text
    assert "Teamledaren har ärendet." in (await agent.case()).text


async def test_a_stale_page_is_refused_and_keeps_what_was_written(agent: Desk, lead: Desk) -> None:
    await agent.claim()
    stale = await agent.case()
    await lead.send("ta-over")
    page = await agent.send("vidarebefordra", seen=stale, department="bygg", text="En lång text om altanen")
    assert page.status == 409
    assert "Läget har ändrats sedan du såg det." in page.text
    # The case is no longer the agent's, so the form is gone; the text is not.
    assert "Din text som inte sparades" in page.text
    assert "En lång text om altanen" in page.html
    stale = await lead.case()
    await lead.send("anteckning", text="En anteckning ändrar inget läge.")
    await lead.send("vidarebefordra", department="miljo", text="Är det här ert?")
    page = await lead.send("vidarebefordra", seen=stale, department="bygg", text="Är det ert i stället?")
    assert page.status == 409
    assert "Är det ert i stället?" in page.html
    assert "Din text som inte sparades" not in page.text
    page = await lead.send("vidarebefordra", seen=page, department="bygg", text="Är det ert i stället?")
    assert "Ligger hos Byggnadsnämnden." in page.text


@pytest.mark.parametrize(
    ("form", "fields", "said"),
    [
        ("anteckning", {"text": " "}, "Skriv något först"),
        ("vidarebefordra", {"text": "Min text", "department": ""}, "Välj vilken förvaltning"),
        ("vidarebefordra", {"text": "", "department": "bygg"}, "Skriv något först"),
        ("lamna-over", {"text": "Min text", "target": ""}, "Välj antingen en kollega eller en svarsgrupp."),
        ("lamna-over", {"text": "Min text", "target": "agent:ingen"}, "Det finns ingen medarbetare med det namnet"),
        ("lamna-over", {"text": "Min text", "target": "group:finns-inte"}, "Svarsgruppen finns inte."),
    ],
)
async def test_what_is_missing_is_said_beside_the_form(
    agent: Desk, form: str, fields: dict[str, str], said: str
) -> None:
    await agent.claim()
    page = await agent.send(form, **fields)
    assert page.status == 422
    [refused] = [each for each in page.tree.findall(".//details") if each.get("open") is not None]
    assert said in "".join(refused.itertext())
    assert (refused.find(".//textarea").text or "").strip() == fields["text"].strip()


async def test_what_time_has_brought_back_is_shown_to_whom_it_concerns(
    agent: Desk, colleague: Desk, lead: Desk, database_url: str, reference: str
) -> None:
    await agent.claim()
    await agent.send("vidarebefordra", department="bygg", text="Kan ni svara?")
    assert "Du har inget att följa upp." in (await agent.queue()).text
    assert "Inget ärende har blivit liggande." in (await lead.queue()).text
    with psycopg.connect(database_url) as connection:
        connection.execute("UPDATE cases SET state = 'assigned', follow_up_level = 2, priority = 'due_soon'")
        connection.execute("UPDATE cases SET due_at = now() - interval '1 hour'")
    page = await agent.queue()
    assert "1 ärende väntar på dig." in page.text
    assert "Försenat" in page.text
    assert "Har inte fått svar" not in page.text
    assert "Du har inget att följa upp." in (await colleague.queue()).text
    page = await lead.queue()
    assert "1 ärende har kommit tillbaka två gånger." in page.text
    assert reference in page.text


async def test_a_lead_is_told_of_what_the_watchdog_cannot_put_right(
    agent: Desk, lead: Desk, database_url: str, reference: str
) -> None:
    await agent.claim()
    assert "Behöver ses över" not in (await lead.queue()).text
    with psycopg.connect(database_url) as connection:
        connection.execute("UPDATE conversations SET state = 'waiting'")
    page = await lead.queue()
    assert "Behöver ses över" in page.text
    assert f"Ärende {reference}" in page.text
    assert "Behöver ses över" not in (await agent.queue()).text


async def test_a_case_travels_by_keyboard_on_a_narrow_screen(visitors: Visitors, anna: Visitor, bosse: Visitor) -> None:
    await anna.open_chat()
    reference = await anna.ask_for_person()
    await bosse.page.set_viewport_size(NARROW)
    await bosse.page.goto(f"/desk/arenden/{reference}")
    await bosse.button("Ta ärendet").click()
    # The reply comes first; the other steps follow, closed.
    await expect(bosse.field).to_be_visible()
    await expect(bosse.button("Skicka vidare")).to_be_hidden()
    await bosse.page.locator("summary", has_text="Skicka vidare till en förvaltning").focus()
    await bosse.page.keyboard.press("Enter")
    await bosse.page.get_by_label("Förvaltning", exact=True).select_option("Byggnadsnämnden (kontakta själv)")
    await bosse.page.get_by_label("Vad ska förvaltningen göra?").fill("Kan ni svara?")
    await bosse.assert_accessible()
    assert not await bosse.scrolls_sideways()
    await bosse.button("Skicka vidare").press("Enter")
    await bosse.button("Gör det nu").press("Enter")
    await expect(bosse.page.get_by_text("Ligger hos Byggnadsnämnden.")).to_be_visible()
    await anna.sees("har gått vidare till Byggnadsnämnden")
    await bosse.assert_accessible()
    lead = await visitors.agent("teamledare")
    await lead.open_anothers_case(reference)
    await lead.page.locator("summary", has_text="Ta över ärendet").click()
    await lead.assert_accessible()
    await lead.button("Ta över").click()
    await expect(lead.page.get_by_text("Ärendet ligger hos en förvaltning. Du följer upp det.")).to_be_visible()
    await expect(bosse.page.get_by_text("Teamledaren följer upp ärendet.")).to_be_visible()
