"""What a resident is told of the own case, at each of its steps, and what becomes of what is added to it."""

import re
from html import unescape

import httpx
from departments import add_departments
from fakes import FakeClock
from people import PATIENCE_SECONDS, Json, People, Resident, said_by
from watching import chat_cookie

from handover_api.cases import asynchronous
from handover_api.database import SessionFactory, transaction

PAGE = "/chatt/mitt-arende"


class Browser:
    """The resident's, without a script."""

    def __init__(self, people: People, resident: Resident | None = None) -> None:
        self._client = people.connect(headers={"Accept": "text/html"}, follow_redirects=True, timeout=PATIENCE_SECONDS)
        for name, value in (chat_cookie(resident) if resident else {}).items():
            self._client.cookies.set(name, value, domain="service.local", path="/chatt")
        self._html = ""

    async def open(self, path: str = PAGE) -> str:
        return self._read(await self._client.get(path))

    async def add(self, text: str, client_id: str | None = None) -> str:
        fields = {"client_id": client_id or self._value("client_id"), "start": self._value("start"), "text": text}
        return self._read(await self._client.post(PAGE, data=fields))

    async def post(self, path: str, **fields: str) -> str:
        return self._read(await self._client.post(path, data=fields))

    def _read(self, response: httpx.Response) -> str:
        self._html = response.text
        self.status = response.status_code
        self.path = response.url.path
        return " ".join(unescape(re.sub(r"<[^>]+>", " ", response.text)).split())

    def _value(self, name: str) -> str:
        match = re.search(rf'name="{name}" value="([^"]*)"', self._html)
        assert match
        return match[1]

    @property
    def current_step(self) -> str:
        match = re.search(r'aria-current="step">\s*<bdi[^>]*>([^<]*)<', self._html)
        assert match
        return unescape(match[1])

    @property
    def steps(self) -> list[str]:
        return [unescape(each) for each in re.findall(r'<bdi class="steps__name">([^<]*)<', self._html)]


async def own_case(resident: Resident) -> Json:
    case = (await resident.status())["case"]
    assert case is not None
    return dict(case)


async def left(people: People, channel: str = "anonymous") -> tuple[Resident, str]:
    """A resident who has left contact details instead of waiting, and the case's reference."""
    resident = await people.resident()
    await resident.write("Min fråga")
    reference = await resident.queue_up()
    await resident.leave_contact(channel)
    return resident, reference


async def test_whoever_waits_is_told_the_place_in_the_queue(people: People) -> None:
    resident = await people.resident()
    assert (await resident.status())["case"] is None
    reference = await resident.queue_up()
    case = await own_case(resident)
    assert (case["reference"], case["state"], case["due_at"], case["answered_at"]) == (reference, "waiting", None, None)
    browser = Browser(people, resident)
    page = await browser.open()
    assert f"Mitt ärende {reference}" in page
    assert "Du är nummer 1 i kön" in page
    assert browser.current_step == "Väntar på en medarbetare"
    assert browser.steps == ["Mottaget", "Väntar på en medarbetare", "Svar i chatten"]


async def test_a_promised_time_is_said_until_there_is_an_answer(people: People, clock: FakeClock) -> None:
    resident, reference = await left(people)
    assert (await own_case(resident))["due_at"] == (await resident.status())["due_at"]
    browser = Browser(people, resident)
    assert "Du får svar senast" in await browser.open()
    assert browser.steps[-1].startswith("Svar senast")
    await people.agent.claim(reference)
    assert "Agenten, medarbetare på kommunen, har ditt ärende." in await browser.open()
    assert browser.current_step == "Hos Agenten"

    clock.advance(minutes=1)
    await people.agent.write(reference, "Här är svaret.")
    case = await own_case(resident)
    assert (case["due_at"], case["has_written_since"]) == (None, False)
    page = await browser.open()
    assert "Senaste svaret" in page
    assert "Här är svaret." in page
    assert "Du får svar senast" not in page
    assert browser.current_step == "Besvarat"
    chat = await browser.open("/chatt")
    assert f"Ditt ärende {reference} ligger hos oss. Du behöver inte vänta kvar här. Vi svarade kl." in chat
    assert "Du får svar senast" not in chat.rpartition("Ditt ärende")[2]

    await resident.write("Men det här då?")
    assert (await own_case(resident))["has_written_since"]
    assert "Du har skrivit mer sedan dess och får svar så snart vi kan." in await browser.open()
    assert browser.current_step == "Hos Agenten"
    assert browser.steps == ["Mottaget", "Besvarat", "Hos Agenten", "Svar så snart vi kan"]


async def test_a_time_that_has_passed_is_said_to_have_passed(people: People, clock: FakeClock) -> None:
    resident, _ = await left(people)
    clock.advance(days=30)
    browser = Browser(people, resident)
    page = await browser.open()
    assert "Vi är sena." in page
    assert "Du får svar senast" not in page
    assert browser.steps[-1].startswith("Svar skulle ha kommit senast")


async def test_a_department_that_has_the_case_is_named(people: People, sessions: SessionFactory) -> None:
    await add_departments(sessions)
    resident = await people.resident()
    reference = await resident.queue_up()
    await people.agent.claim(reference)
    await people.agent.write(reference, "Jag skickar det vidare.")
    await people.agent.forward(reference)
    case = await own_case(resident)
    assert (case["department_name"], case["agent_name"]) == ("Byggförvaltningen", "Agenten")
    # What the agent said before it was forwarded is not the answer that was then promised.
    assert case["answered_at"] is None
    assert case["due_at"]
    browser = Browser(people, resident)
    assert "Ärendet ligger hos Byggförvaltningen. Agenten följer upp att du får ett svar." in await browser.open()
    assert browser.current_step == "Hos Byggförvaltningen"


async def test_a_note_to_staff_is_no_answer(people: People) -> None:
    resident, reference = await left(people)
    await people.agent.claim(reference)
    await people.agent.client.post(f"/api/cases/{reference}/notes", json={"client_id": "n", "text": "Hemligt"})
    assert (await own_case(resident))["answered_at"] is None
    assert "Hemligt" not in await Browser(people, resident).open()


async def test_what_is_added_comes_into_the_conversation_once_and_is_acknowledged(people: People) -> None:
    resident, reference = await left(people)
    browser = Browser(people, resident)
    await browser.open()
    page = await browser.add("Det läcker även i källaren.", client_id="tillagg")
    assert f"Det du skrev är tillagt i ärende {reference}. Du får svar senast" in page
    await browser.add("Det läcker även i källaren.", client_id="tillagg")
    assert said_by("resident", await resident.read()).count("Det läcker även i källaren.") == 1
    # An address that was made by hand says nothing that is not so, and neither does the page when it is opened later.
    for path in (PAGE, f"{PAGE}?tillagt=1", f"{PAGE}?tillagt=x"):
        assert "är tillagt" not in await browser.open(path)


async def test_what_is_added_while_an_agent_is_there_is_seen_there(people: People) -> None:
    resident = await people.resident()
    await people.agent.claim(await resident.queue_up())
    browser = Browser(people, resident)
    await browser.open()
    assert "Agenten ser det nu och svarar i chatten." in await browser.add("En sak till")


async def test_what_is_added_to_a_case_that_the_bot_has_back_goes_to_a_person(people: People) -> None:
    resident = await people.resident()
    reference = await resident.queue_up()
    await people.agent.claim(reference)
    await people.agent.hand_back(reference)
    browser = Browser(people, resident)
    await browser.open()
    assert browser.current_step == "Tillbaka hos chattboten"
    assert f"tillagt i ärende {reference}. Den som svarar ser allt" in await browser.add("En sak till")
    assert (await own_case(resident))["state"] == "waiting"


async def test_what_is_added_to_a_closed_case_becomes_a_case_that_belongs_to_it(people: People) -> None:
    resident, reference = await left(people)
    await people.agent.claim(reference)
    await people.agent.close(reference)
    browser = Browser(people, resident)
    assert "Ärendet är avslutat." in await browser.open()
    assert browser.current_step == "Avslutat"
    page = await browser.add("Det läcker igen.")
    match = re.search(r"har blivit ett nytt ärende, (\S+), som hör ihop med det förra", page)
    assert match, page
    assert match[1] != reference
    case = await people.agent.get_case(match[1])
    assert [each["reference"] for each in case["related"]] == [reference]
    assert said_by("resident", case["messages"]) == ["Det läcker igen."]
    # The closed conversation stays as it was, and the new case is the browser's own.
    assert said_by("resident", await resident.read()) == ["Min fråga"]
    assert f"Mitt ärende {match[1]}" in await browser.open()


async def test_a_closed_case_is_still_shown_when_its_resident_has_gone_on_with_the_bot(people: People) -> None:
    first, reference = await left(people)
    await people.agent.claim(reference)
    await people.agent.close(reference)
    later = await people.resident(continues=first.id, continues_token=first.token)
    await later.write("Tack")
    browser = Browser(people, later)
    assert f"Mitt ärende {reference}" in await browser.open()
    assert "har blivit ett nytt ärende" in await browser.add("Det läcker igen.")


async def test_a_text_that_cannot_be_taken_stays_in_the_field(people: People) -> None:
    resident, _ = await left(people)
    browser = Browser(people, resident)
    await browser.open()
    assert "Skriv något först" in await browser.add(" ")
    assert browser.status == 422
    page = await browser.add("å" * 100_000)
    assert "högst 4000 tecken" in page
    assert "å" * 100_000 in page
    assert said_by("resident", await resident.read()) == ["Min fråga"]


async def test_how_the_answer_comes_can_be_changed_there(people: People) -> None:
    resident, _ = await left(people)
    browser = Browser(people, resident)
    assert "Du läser svaret här, med ärendenumret och koden." in await browser.open()
    page = await browser.post("/chatt/kontakt", page="mitt-arende", channel="email", email="fel")
    assert "E-postadressen ser inte rätt ut" in page
    assert "Mitt ärende" in page
    page = await browser.post("/chatt/kontakt", page="mitt-arende", channel="email", email="invanare@brev.example")
    assert browser.path == PAGE
    assert "Vi mejlar dig när det finns ett svar." in page


async def test_whoever_comes_back_with_the_code_comes_to_the_case(people: People) -> None:
    resident, reference = await left(people)
    code = (await resident.status())["return_code"]
    browser = Browser(people)
    assert "Ärendenumret och koden hör inte ihop." in await browser.post(
        "/chatt/arende", reference=reference, code="fel"
    )
    unknown = await browser.post("/chatt/arende", reference="2026-999999", code=code)
    assert "Ärendenumret och koden hör inte ihop." in unknown
    assert f"Mitt ärende {reference}" in await browser.post("/chatt/arende", reference=reference, code=code)
    assert browser.path == PAGE
    # The code itself is shown to the first browser alone.
    assert code not in await browser.open()
    assert code in await Browser(people, resident).open()


async def test_without_a_case_the_page_asks_for_one(people: People) -> None:
    resident = await people.resident()
    await resident.write("Hej")
    for browser in (Browser(people), Browser(people, resident)):
        await browser.open()
        assert browser.path == "/chatt/arende"
        await browser.post(PAGE, client_id="x", text="Hej")


async def test_what_closes_while_somebody_waits_gets_a_time(
    people: People, sessions: SessionFactory, clock: FakeClock
) -> None:
    resident = await people.resident()
    await resident.queue_up()
    async with transaction(sessions) as session:
        await asynchronous.stop_waiting(session, clock())
    await resident.leave_contact("anonymous")
    browser = Browser(people, resident)
    assert "Ditt ärende väntar på en medarbetare. Du behöver inte vänta kvar." in await browser.open()
