"""Takes the pictures of the agents' handbook from the running system, so that they stay true: `make handbook`."""

import re

from playwright.sync_api import Page, expect

from tools.picture_book import ROOT, PictureBook, require_all, running, write

FOLDER = ROOT / "docs" / "agents" / "pictures"
PICTURES = (
    "logga-in",
    "tillganglig",
    "kon",
    "kon-surfplatta",
    "erbjudande",
    "samtalet",
    "samtalet-surfplatta",
    "svar",
    "checklista",
    "anteckning",
    "be-om",
    "vidare",
    "avsluta",
    "angra",
    "registrera",
    "lara-boten",
    "laget",
    "laget-surfplatta",
    "flytta",
    "krismeddelande",
    "boten-av",
    "oppettider",
    "medarbetare",
    "installningar",
    "tangenter",
    "avbrott",
)
QUESTIONS = (
    "Behöver jag bygglov för att bygga en altan?",
    "Var ligger närmaste återvinningscentral?",
    "Hur söker jag plats i förskolan?",
)
CRISIS = "Vattnet i Centrum måste kokas innan du dricker det. Läs mer på kommunens webbplats."


def main() -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    with running(lambda _: ROOT) as (browser, system):
        taken = Handbook(browser, system, FOLDER).take()
    require_all(taken, PICTURES)


class Handbook(PictureBook):
    """A morning at the contact centre, with a picture at each step."""

    def take(self) -> list[str]:
        """Returns the names of the pictures."""
        residents = [self._resident() for _ in QUESTIONS]
        agent = self._page("/desk")
        self._screen(agent, "logga-in")
        self._sign_in(agent, "medarbetare1")
        self._screen(agent, "tillganglig")
        agent.get_by_role("button", name="Ta paus").click()
        for resident, question in zip(residents, QUESTIONS, strict=True):
            ask_for_person(resident, question)
        self._queue(agent)
        self._offer(agent)
        self._conversation(agent, residents[0])
        self._beside_the_conversation(agent)
        self._finishing(agent)
        self._other_pages(agent)
        self._lead(self._staff("teamledare"))
        return self._taken

    def _queue(self, agent: Page) -> None:
        agent.goto("/desk")
        expect(agent.locator("[data-list=vantar] > li")).to_have_count(len(QUESTIONS))
        self._screen(agent, "kon")
        self._on_tablet(agent, "kon-surfplatta")

    def _offer(self, agent: Page) -> None:
        agent.get_by_role("button", name="Bli tillgänglig").click()
        offer = agent.get_by_role("button", name=re.compile("Jag tar det")).first
        expect(offer).to_be_visible()
        self._part(agent.locator(".offers"), "erbjudande")
        # Said no to, so that what follows is about the first question.
        while offer.is_visible():
            agent.get_by_role("button", name=re.compile("Avböj")).first.click()
            agent.wait_for_load_state()

    def _conversation(self, agent: Page, resident: Page) -> None:
        agent.goto("/desk")
        row = agent.locator("[data-list=vantar] > li", has_text="altan").first
        row.get_by_role("button", name=re.compile("Ta ärendet")).click()
        reply(agent, "Hej! Jag hjälper dig gärna. Hur hög blir altanen?")
        write(resident, "Som mest en meter. Den ska ha ett skärmtak också.")
        expect(agent.locator("[data-messages]")).to_contain_text("skärmtak")
        self._screen(agent, "samtalet")
        self._on_tablet(agent, "samtalet-surfplatta")

    def _beside_the_conversation(self, agent: Page) -> None:
        agent.get_by_label("Sök svar och artiklar").fill("altan")
        expect(agent.locator("[data-search-told]")).to_contain_text("svar.")
        self._part(agent.get_by_role("region", name="Svar", exact=True), "svar")
        agent.locator("case-checklist input[type=checkbox]").first.check()
        expect(agent.locator("[data-progress]")).to_contain_text("1 av")
        self._part(agent.get_by_role("region", name="Checklista"), "checklista")
        for step, name in (
            ("Skriv en anteckning", "anteckning"),
            ("Kontaktuppgifter", "be-om"),
            ("Skicka vidare till en förvaltning", "vidare"),
        ):
            part = agent.locator("details.step", has=agent.locator("summary", has_text=step))
            part.locator("summary").click()
            self._part(part, name)
            part.locator("summary").click()

    def _finishing(self, agent: Page) -> None:
        case = agent.url
        self._part(agent.get_by_role("region", name="Avsluta", exact=True), "avsluta")
        agent.get_by_role("button", name="Lämna tillbaka till boten").click()
        expect(agent.get_by_role("button", name="Ångra")).to_be_visible()
        self._part(agent.locator("[data-undo-bar]"), "angra")
        agent.get_by_role("button", name="Ångra").click()
        agent.get_by_role("link", name=re.compile("Fel i svaret")).first.click()
        self._screen(agent, "lara-boten")
        agent.goto(case)
        agent.context.set_offline(True)
        write(agent, "Jag tittar efter vad som gäller för skärmtak.")
        expect(agent.get_by_role("button", name="Försök igen")).to_be_visible()
        self._screen(agent, "avbrott")
        agent.context.set_offline(False)

    def _other_pages(self, agent: Page) -> None:
        agent.goto("/desk/registrera")
        self._screen(agent, "registrera")
        agent.goto("/desk/installningar")
        self._screen(agent, "installningar")
        agent.get_by_label("Använd kortkommandon").check()
        agent.get_by_role("button", name="Spara").click()
        agent.goto("/desk")
        agent.get_by_role("link", name=re.compile("Öppna")).first.click()
        expect(agent.get_by_role("button", name="Skicka", exact=True)).to_be_visible()
        agent.get_by_role("heading", level=1).click()
        agent.keyboard.press("?")
        self._part(agent.get_by_role("dialog"), "tangenter")

    def _lead(self, lead: Page) -> None:
        lead.goto("/desk/lage")
        self._screen(lead, "laget")
        self._on_tablet(lead, "laget-surfplatta")
        lead.get_by_role("link", name="Medarbetare 1").click()
        self._screen(lead, "flytta")
        lead.goto("/desk/lage")
        lead.get_by_label("Text på svenska").fill(CRISIS)
        self._part(lead.get_by_role("region", name="Krismeddelande"), "krismeddelande")
        lead.get_by_label("Anledning").fill("Fel telefonnummer i svaren om bygglov")
        self._part(lead.get_by_role("region", name="Stäng av boten"), "boten-av")
        for address, name in (("/desk/oppettider", "oppettider"), ("/desk/medarbetare", "medarbetare")):
            lead.goto(address)
            self._screen(lead, name)


def ask_for_person(resident: Page, question: str) -> None:
    write(resident, question)
    expect(resident.locator(".message--bot")).not_to_have_count(0)
    resident.locator(".chat__status").get_by_role("button", name="Prata med en människa").click()
    expect(resident.locator("[data-status]")).to_contain_text("i kön")


def reply(agent: Page, text: str) -> None:
    write(agent, text)
    expect(agent.locator("[data-messages] > li[data-own][data-seq]")).to_contain_text(text)


if __name__ == "__main__":
    main()
