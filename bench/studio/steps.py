"""What each person does, by the pages: from a question that the bot cannot answer to a bot that answers it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from playwright.async_api import Page, expect

STUDIO = "/redaktion"
MODELS = f"{STUDIO}/modeller"
# A model has been trained, measured and delivered; and every process of the bot has changed to it.
TRAINED_WITHIN_SECONDS = 1800
FOLLOWED_WITHIN_SECONDS = 120


@dataclass(frozen=True)
class Matter:
    """Something that residents ask about and nobody has written about yet.

    `topic`: what its title makes it known by, once an editor has made it one.
    """

    topic: str
    title: str
    # How the first resident asks, and how another one asks afterwards.
    question: str
    again: str
    answer: str
    phrases: tuple[str, ...]


GARDEN_PLOTS = Matter(
    topic="odlingslott",
    title="Hur får jag en odlingslott?",
    question="Hur får jag en odlingslott?",
    again="finns det någon odlingslott ledig i år?",
    answer="Du ställer dig i kö till en odlingslott hos kontaktcenter. Ring {telefon_kontaktcenter}.",
    phrases=(
        "odlingslott",
        "kö till odlingslott",
        "jag vill odla på en lott som kommunen äger",
        "finns det lediga odlingslotter",
        "vad kostar en odlingslott per år",
        "hyra odlingslott av kommunen",
        "hur länge är kön till en odlingslott",
        "säga upp min odlingslott",
        "hur stor är en odlingslott",
        "arrendera en liten odlingslott för grönsaker",
        "får man ha växthus på odlingslotten",
        "var ligger kommunens odlingslotter",
        "vem får en odlingslott",
        "odlingslottt hur gör man",
        "vi vill ha en odlingslott till våren",
    ),
)


async def ask(resident: Page, question: str) -> None:
    await resident.goto("/chatt")
    await resident.locator("#text").fill(question)
    await resident.get_by_role("button", name="Skicka", exact=True).click()


async def wait_for_person(resident: Page) -> str:
    """Returns the case's reference, once the bot has handed the question over."""
    status = resident.locator("[data-status]")
    await expect(status).to_contain_text("i kön")
    reference = re.search(r"\d{4}-\d{6}", await status.inner_text())
    if reference is None:
        raise RuntimeError("the page does not say which case it is")
    return reference[0]


async def see_answer(resident: Page, matter: Matter) -> None:
    """From the bot, and not from a person."""
    beginning = matter.answer.split("{")[0].strip()
    await expect(resident.locator(".message--bot").last).to_contain_text(beginning)


async def answer_and_mark(agent: Page, reference: str, matter: Matter) -> None:
    """Answers the resident, and tells the editors that the bot should have known."""
    await agent.goto(f"/desk/arenden/{reference}")
    await agent.get_by_role("button", name="Ta ärendet", exact=True).click()
    await agent.locator("#text").fill("Hej! Jag ställer dig gärna i kön till en odlingslott.")
    await agent.get_by_role("button", name="Skicka", exact=True).click()
    await expect(agent.locator("[data-messages] > li[data-own][data-seq]")).to_have_count(1)
    await agent.get_by_role("link", name="Boten borde ha svarat").first.click()
    await expect(agent.get_by_label("Frågan", exact=True)).to_have_value(matter.question)
    await agent.get_by_label("Det behövs en ny artikel").check()
    await agent.get_by_label("Vad borde boten ha sagt?").fill("Att man ställer sig i kö hos oss.")
    await agent.get_by_role("button", name="Skicka till redaktionen").click()
    await expect(agent.locator("h1")).to_have_text(f"Ärende {reference}")


async def make_topic(editor: Page, matter: Matter) -> None:
    """For the question, which becomes the topic's first phrase and a regression question."""
    await editor.goto(f"{STUDIO}/fragor?slag=marked")
    await editor.get_by_role("link", name=matter.question).click()
    await editor.get_by_role("link", name="Skapa ett nytt ämne av frågorna").click()
    await editor.get_by_label("Rubrik", exact=True).fill(matter.title)
    await editor.get_by_label("Område", exact=True).select_option("kultur-fritid")
    await editor.get_by_role("radio", name="Svarar.").check()
    await editor.get_by_label("ROSA-nivå", exact=True).select_option("1")
    await editor.get_by_label("Svarsgrupp", exact=True).select_option("kultur-fritid")
    await editor.get_by_role("button", name="Skapa ämnet").click()
    await expect(editor.get_by_role("heading", level=1, name=matter.title)).to_be_visible()


async def add_phrases(editor: Page, topic: str, phrases: Sequence[str]) -> None:
    await editor.goto(f"{STUDIO}/amnen/{topic}")
    await editor.get_by_label("Nya frågor, en på varje rad").fill("\n".join(phrases))
    await editor.get_by_role("button", name="Lägg till").click()
    await expect(editor.get_by_role("status").first).to_contain_text("tillagda")


async def write_article(editor: Page, matter: Matter) -> None:
    await editor.goto(f"{STUDIO}/artiklar/{matter.topic}")
    await editor.get_by_label("Svaret", exact=True).fill(matter.answer)
    await editor.get_by_label("Ansvarig förvaltning eller nämnd").fill("Kultur- och fritidsnämnden")
    in_a_year = datetime.now(UTC).date() + timedelta(days=365)
    await editor.get_by_label("Granskas igen senast").fill(in_a_year.isoformat())
    await editor.get_by_role("button", name="Spara och skicka för granskning").click()
    await expect(editor.locator(".notice[role=status]")).to_contain_text("skickat för granskning")


async def approve(lead: Page, matter: Matter) -> None:
    await lead.goto(f"{STUDIO}/artiklar/{matter.topic}/granska")
    await lead.get_by_role("button", name="Godkänn och publicera").click()
    await expect(lead.locator(".notice[role=status]")).to_contain_text("Artikeln är publicerad")


async def train(editor: Page) -> None:
    await editor.goto(MODELS)
    await editor.get_by_role("button", name="Träna en ny modell").click()
    await expect(editor.get_by_role("button", name="Avbryt träningen")).to_be_visible()
    done = editor.get_by_text(re.compile("^Senaste träningen: ")).first
    await expect(done).to_be_visible(timeout=TRAINED_WITHIN_SECONDS * 1000)
    await expect(done).to_contain_text("klar")


async def open_candidate(page: Page) -> None:
    """The page of the newest model that is not in use."""
    await page.goto(MODELS)
    others = page.get_by_role("region", name="Andra modeller")
    await others.get_by_role("link", name=re.compile("^Modell ")).first.click()
    await expect(page.get_by_role("heading", level=1, name=re.compile("^Modell "))).to_be_visible()


async def put_in_use(page: Page) -> None:
    """The model whose page is open.

    Raises:
        RuntimeError: it may not be put in use, with what the page says of that.
    """
    wanted = page.get_by_role("region", name="Ta i bruk")
    button = wanted.get_by_role("button", name="Ta i bruk", exact=True)
    if not await button.count():
        raise RuntimeError(await wanted.inner_text())
    await button.click()
    await expect(page.get_by_role("heading", level=1, name="Modeller")).to_be_visible()


async def see_bot_follow(page: Page) -> None:
    await page.goto(MODELS)
    followed = page.get_by_text("Boten svarar med den.")
    await expect(followed).to_be_visible(timeout=FOLLOWED_WITHIN_SECONDS * 1000)
