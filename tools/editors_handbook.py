"""Takes the pictures of the editors' handbook from a running system with a handful of topics: `make handbook`."""

import re
from datetime import UTC, datetime, timedelta

from playwright.sync_api import FilePayload, Page, expect

from bench.studio.steps import GARDEN_PLOTS, MODELS, STUDIO, TRAINED_WITHIN_SECONDS
from tools.handbook import reply
from tools.picture_book import ROOT, PictureBook, require_all, running, write
from tools.small_town import build_small_town

FOLDER = ROOT / "docs" / "editors" / "pictures"
PICTURES = (
    *("att-gora", "mejl", "fragor", "fraga", "nytt-amne", "amne", "amnen", "fraser", "prova", "artiklar", "artikel"),
    *("granska", "historik", "uppgifter", "uppgift", "inlasning", "inlast", "traning", "modell", "kurva"),
    *("provkorning", "modeller", "stoppad", "tillbaka"),
)
QUESTIONS = (
    GARDEN_PLOTS.question,
    "hur får man en odlingslott i kommunen",
    "Får jag flyga drönare över badplatsen?",
    "Kan jag hyra ett partytält?",
    "Kan man hyra ett partytält av er?",
)
# Written a little at a time, so that there is something to advise.
DOUBTFUL = "jag vill ha en odlingslott\nfinns det lediga odlingslotter\nhur får jag lånekort på biblioteket"
ROWS = (
    "ämne;svar;ansvarig\n"
    "slamtomning;Vi tömmer slam en gång om året. Ring {telefon_kontaktcenter} om det behövs oftare.;Tekniska nämnden\n"
    "bibliotek-lanekort;Du får ett lånekort gratis på biblioteket.;Kultur- och fritidsnämnden\n"
    "spökjakt;Det finns inga spöken.;Kultur- och fritidsnämnden\n"
    "radon;=A1;Miljönämnden\n"
)
# What the bot knows one by becomes what it knows the other by, so that it does worse.
CONFUSED = ("radon", "bibliotek-oppettider")


def main() -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    with running(lambda folder: build_small_town(folder / "town")) as (browser, system):
        taken = EditorsHandbook(browser, system, FOLDER).take()
    require_all(taken, PICTURES)


class EditorsHandbook(PictureBook):
    """From questions that the bot cannot answer to a model that can, and one that is worse."""

    def take(self) -> list[str]:
        """Returns the names of the pictures."""
        residents = [self._resident() for _ in QUESTIONS]
        for resident, question in zip(residents, QUESTIONS, strict=True):
            write(resident, question)
            expect(resident.locator("[data-status]")).to_contain_text("i kön")
        self._mark(self._staff("medarbetare1"))
        editor, lead = self._staff("redaktor"), self._staff("teamledare")
        self._inbox(editor)
        self._phrases(editor)
        self._article(editor)
        self._review(editor, lead)
        self._facts(editor)
        self._import(editor)
        self._lists(editor, lead)
        self._training(editor)
        self._in_use(editor)
        self._worse(editor, lead)
        return self._taken

    def _mark(self, agent: Page) -> None:
        """The one who has waited longest is answered, and the editors are told."""
        agent.goto("/desk")
        row = agent.locator("[data-list=vantar] > li").first
        row.get_by_role("button", name=re.compile("Ta ärendet")).click()
        reply(agent, "Hej! Jag ställer dig gärna i kön till en odlingslott.")
        agent.get_by_role("link", name="Boten borde ha svarat").first.click()
        agent.get_by_label("Det behövs en ny artikel").check()
        agent.get_by_label("Vad borde boten ha sagt?").fill("Att man ställer sig i kö hos oss.")
        agent.get_by_role("button", name="Skicka till redaktionen").click()
        expect(agent.get_by_role("heading", level=1)).to_contain_text("Ärende")

    def _inbox(self, editor: Page) -> None:
        editor.goto(f"{STUDIO}/fragor")
        self._screen(editor, "fragor")
        editor.get_by_role("link", name=GARDEN_PLOTS.question).click()
        self._whole(editor, "fraga")
        editor.get_by_role("link", name="Skapa ett nytt ämne av frågorna").click()
        editor.get_by_label("Rubrik", exact=True).fill(GARDEN_PLOTS.title)
        editor.get_by_label("Område", exact=True).select_option("kultur-fritid")
        editor.get_by_role("radio", name="Svarar.").check()
        editor.get_by_label("ROSA-nivå", exact=True).select_option("1")
        editor.get_by_label("Svarsgrupp", exact=True).select_option("kultur-fritid")
        self._whole(editor, "nytt-amne")
        editor.get_by_role("button", name="Skapa ämnet").click()
        expect(editor.get_by_role("heading", level=1, name=GARDEN_PLOTS.title)).to_be_visible()
        self._screen(editor, "amne")

    def _phrases(self, editor: Page) -> None:
        field = editor.get_by_label("Nya frågor, en på varje rad")
        field.fill("\n".join(GARDEN_PLOTS.phrases))
        editor.get_by_role("button", name="Lägg till").click()
        expect(editor.get_by_role("status").first).to_contain_text("tillagda")
        field.fill(DOUBTFUL)
        expect(editor.locator("[data-advice] > li")).to_have_count(len(DOUBTFUL.splitlines()))
        self._part(editor.get_by_role("region", name="Lägg till frågor"), "fraser")
        editor.goto(f"{STUDIO}/prova")
        editor.get_by_label("Fråga").fill(GARDEN_PLOTS.again)
        editor.get_by_role("button", name="Prova").click()
        expect(editor.get_by_role("heading", name="Med frågorna som de står nu")).to_be_visible()
        self._screen(editor, "prova")

    def _article(self, editor: Page) -> None:
        self._write_article(editor, GARDEN_PLOTS.topic, GARDEN_PLOTS.answer)
        expect(editor.locator("[data-preview]")).to_contain_text("odlingslott")
        editor.evaluate("scrollTo(0, 0)")
        self._screen(editor, "artikel")
        self._send(editor)

    def _review(self, editor: Page, lead: Page) -> None:
        editor.goto(f"{STUDIO}/artiklar/slamtomning")
        text = editor.get_by_label("Svaret", exact=True).input_value()
        self._write_article(editor, "slamtomning", f"Du får ett brev innan vi kommer. {text}")
        self._send(editor)
        for topic in (GARDEN_PLOTS.topic, "slamtomning"):
            lead.goto(f"{STUDIO}/artiklar/{topic}/granska")
            if topic == "slamtomning":
                self._screen(lead, "granska")
            lead.get_by_role("button", name="Godkänn och publicera").click()
            expect(lead.locator(".notice[role=status]")).to_contain_text("Artikeln är publicerad")
        lead.goto(f"{STUDIO}/artiklar/slamtomning/historik")
        self._screen(lead, "historik")

    def _facts(self, editor: Page) -> None:
        editor.goto(f"{STUDIO}/uppgifter")
        self._screen(editor, "uppgifter")
        editor.goto(f"{STUDIO}/uppgifter/telefon_kontaktcenter")
        editor.get_by_label("Uppgiften").fill("0980-319 210")
        editor.get_by_role("button", name="Visa vad som ändras").click()
        expect(editor.get_by_role("button", name="Spara, det blir rätt")).to_be_visible()
        self._screen(editor, "uppgift")

    def _import(self, editor: Page) -> None:
        editor.goto(f"{STUDIO}/inlasning")
        self._screen(editor, "inlasning")
        rows: FilePayload = {"name": "svar.csv", "mimeType": "text/csv", "buffer": ROWS.encode()}
        editor.get_by_label("Filer").set_input_files(rows)
        editor.get_by_role("button", name="Läs filerna").click()
        expect(editor.get_by_role("heading", name="Det här hittades")).to_be_visible()
        self._whole(editor, "inlast")

    def _lists(self, editor: Page, lead: Page) -> None:
        for name in ("artiklar", "amnen"):
            editor.goto(f"{STUDIO}/{name}")
            self._screen(editor, name)
        self._write_article(editor, "radon", "Du kan mäta radon själv med en dosa.")
        self._send(editor)
        lead.goto(f"{STUDIO}/att-gora")
        self._screen(lead, "att-gora")
        self._part(lead.get_by_role("region", name="Få listan med e-post"), "mejl")

    def _training(self, editor: Page) -> None:
        editor.goto(MODELS)
        editor.get_by_role("button", name="Träna en ny modell").click()
        expect(editor.get_by_role("progressbar")).to_be_visible()
        expect(editor.get_by_text(re.compile("^Pågår: ")).first).to_be_visible()
        self._screen(editor, "traning")

    def _in_use(self, editor: Page) -> None:
        self._open_trained(editor)
        self._screen(editor, "modell")
        self._part(editor.get_by_role("region", name="Fler svar ger fler fel"), "kurva")
        editor.get_by_role("button", name="Provkör vid sidan av").click()
        expect(editor.get_by_role("button", name="Avsluta provkörningen")).to_be_visible()
        self._part(editor.get_by_role("region", name="Provkörning vid sidan av"), "provkorning")
        editor.get_by_role("button", name="Ta i bruk", exact=True).click()
        expect(editor.get_by_text("Boten svarar med den.")).to_be_visible(timeout=120_000)
        self._whole(editor, "modeller")

    def _worse(self, editor: Page, lead: Page) -> None:
        one, other = CONFUSED
        phrases = {topic: take_away_phrases(editor, topic) for topic in CONFUSED}
        for topic, wrong in ((one, phrases[other]), (other, phrases[one])):
            editor.goto(f"{STUDIO}/amnen/{topic}")
            editor.get_by_label("Nya frågor, en på varje rad").fill("\n".join(wrong))
            editor.get_by_role("button", name="Lägg till").click()
            expect(editor.get_by_role("status").first).to_contain_text("tillagda")
        editor.goto(MODELS)
        editor.get_by_role("button", name="Träna en ny modell").click()
        expect(editor.get_by_role("button", name="Avbryt träningen")).to_be_visible()
        self._open_trained(editor)
        self._part(editor.get_by_role("region", name="Ta i bruk"), "stoppad")
        lead.goto(editor.url)
        lead.get_by_label("Varför ska den tas i bruk ändå?").fill("Vi vill visa hur det går till.")
        lead.get_by_role("button", name="Ta i bruk ändå").click()
        expect(lead.get_by_text("Boten svarar med den.")).to_be_visible(timeout=120_000)
        lead.get_by_role("button", name=re.compile("^Gå tillbaka till den här")).first.click()
        expect(lead.get_by_text("togs i bruk igen")).to_be_visible()
        self._part(lead.get_by_role("region", name="Det här har hänt"), "tillbaka")

    def _write_article(self, editor: Page, topic: str, text: str) -> None:
        editor.goto(f"{STUDIO}/artiklar/{topic}")
        editor.get_by_label("Svaret", exact=True).fill(text)
        department = editor.get_by_label("Ansvarig förvaltning eller nämnd")
        if not department.input_value():
            department.fill("Kultur- och fritidsnämnden")
        editor.get_by_label("Granskas igen senast").fill((datetime.now(UTC).date() + timedelta(days=365)).isoformat())

    def _send(self, editor: Page) -> None:
        editor.get_by_role("button", name="Spara och skicka för granskning").click()
        expect(editor.locator(".notice[role=status]")).to_contain_text("skickat för granskning")

    def _open_trained(self, editor: Page) -> None:
        """Waits for the end of the training."""
        editor.goto(MODELS)
        done = editor.get_by_text(re.compile("^Senaste träningen: klar")).first
        expect(done).to_be_visible(timeout=TRAINED_WITHIN_SECONDS * 1000)
        others = editor.get_by_role("region", name="Andra modeller")
        others.get_by_role("link", name=re.compile("^Modell ")).first.click()
        expect(editor.get_by_role("heading", level=1, name=re.compile("^Modell "))).to_be_visible()

    def _whole(self, page: Page, name: str) -> None:
        """With what has to be scrolled to."""
        page.screenshot(path=self._path(name), full_page=True)


def take_away_phrases(editor: Page, topic: str) -> list[str]:
    """All that the bot knows a topic by. Returns it."""
    editor.goto(f"{STUDIO}/amnen/{topic}")
    rows = editor.locator(".phrases__row").all()
    phrases = [row.locator(".phrases__text").inner_text() for row in rows]
    for row in rows:
        phrase = row.get_by_role("button").get_attribute("value") or ""
        if not editor.request.post(f"{STUDIO}/amnen/{topic}/ta-bort", form={"phrase": phrase}).ok:
            raise RuntimeError(f"a phrase of {topic} was not taken away")
    return phrases


if __name__ == "__main__":
    main()
