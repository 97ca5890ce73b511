"""From a question that nobody has answered to a bot that answers it, on the whole real system with a handful of topics;
and what becomes of a model that is worse.
"""

import asyncio
import json
import re
import tempfile
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx
import pytest
from checking_client import PATIENCE_SECONDS
from playwright.async_api import Page, expect
from visitor import CHROMIUM_WITHOUT_WINDOWS, Visitors, open_browser

from bench.studio import steps
from bench.studio.steps import GARDEN_PLOTS, MODELS, STUDIO
from stack.temporary_system import TemporarySystem
from tools.small_town import build_small_town

# What is asked about each topic; the spoiled model has learned the topics of a pair as each other.
ASKED = {
    "radon": ["Hur mäter jag radon hemma?", "radon i källaren", "Vad är gränsen för radon?", "mäta radonhalten"],
    "bibliotek-oppettider": ["När har biblioteket öppet?", "bibliotekets öppettider", "när öppnar biblioteket"],
    "forskola-avgift": ["Vad kostar förskolan?", "avgift förskola", "förskoleavgift per månad", "maxtaxa förskola"],
    "atervinningscentral": ["När har återvinningscentralen öppet?", "öppettider återvinningscentral"],
}
PAIRS = (("radon", "bibliotek-oppettider"), ("forskola-avgift", "atervinningscentral"))
# Fewer say nothing to whoever watches a new model.
VISITS = 26
REPLY_SECONDS = 60
# The worker looks once a minute.
NOTICED_WITHIN_SECONDS = 180


@pytest.fixture
def system() -> Iterator[TemporarySystem]:
    with tempfile.TemporaryDirectory(prefix="studio-loop-") as folder:
        Path(folder).chmod(0o711)  # The database's own system user passes through.
        town = build_small_town(Path(folder) / "town")
        with TemporarySystem(town, Path(folder) / "run") as system:
            yield system


@pytest.fixture
async def people(system: TemporarySystem) -> AsyncIterator[Visitors]:
    async with open_browser(CHROMIUM_WITHOUT_WINDOWS) as browser:
        people = Visitors(browser, system.url, {})
        yield people
        await people.leave()


# Two trainings with their examinations take long on a busy machine.
@pytest.mark.timeout(3600)
async def test_a_question_is_answered_in_the_end_and_a_worse_model_does_not_last(
    people: Visitors, system: TemporarySystem
) -> None:
    passwords = {account["username"]: account["password"] for account in system.accounts()}
    agent = (await people.sign_in("medarbetare1", passwords["medarbetare1"])).page
    editor = (await people.sign_in("redaktor", passwords["redaktor"])).page
    lead = (await people.sign_in("teamledare", passwords["teamledare"])).page

    await a_question_is_answered_in_the_end(people, agent, editor, lead)
    async with httpx.AsyncClient(base_url=system.url, timeout=PATIENCE_SECONDS, trust_env=False) as client:
        before = await many_ask(client)
        # Hardly any of them has to be asked back or handed over.
        assert before.total() - before["clarify"] - before["handover"] > VISITS * 0.8
        good = await model_in_use(lead)
        await a_worse_model_is_refused(editor)
        await a_lead_puts_it_in_use_all_the_same(lead)
        await many_ask(client)
    await the_model_before_is_used_again_by_itself(lead, good)


async def a_question_is_answered_in_the_end(people: Visitors, agent: Page, editor: Page, lead: Page) -> None:
    resident, another = await people.resident(), await people.resident()
    await steps.ask(resident.page, GARDEN_PLOTS.question)
    await steps.answer_and_mark(agent, await steps.wait_for_person(resident.page), GARDEN_PLOTS)
    await steps.make_topic(editor, GARDEN_PLOTS)
    await steps.add_phrases(editor, GARDEN_PLOTS.topic, GARDEN_PLOTS.phrases)
    await steps.write_article(editor, GARDEN_PLOTS)
    await steps.approve(lead, GARDEN_PLOTS)
    await steps.train(editor)
    await steps.open_candidate(editor)
    await steps.put_in_use(editor)
    await steps.see_bot_follow(editor)
    await steps.ask(another.page, GARDEN_PLOTS.again)
    await steps.see_answer(another.page, GARDEN_PLOTS)


async def a_worse_model_is_refused(editor: Page) -> None:
    for one, other in PAIRS:
        phrases = {topic: await take_away_phrases(editor, topic) for topic in (one, other)}
        await steps.add_phrases(editor, one, phrases[other])
        await steps.add_phrases(editor, other, phrases[one])
    await steps.train(editor)
    await editor.get_by_role("button", name=re.compile("^Ta i bruk modell ")).click()
    await expect(editor.get_by_role("status").first).to_contain_text("Modellen togs inte i bruk.")
    await expect(editor.get_by_text("Boten skulle svara rätt själv på").first).to_be_visible()
    await expect(editor.get_by_role("button", name="Ta i bruk ändå")).to_have_count(0)


async def a_lead_puts_it_in_use_all_the_same(lead: Page) -> None:
    await lead.goto(MODELS)
    await lead.get_by_role("link", name="Se varför").click()
    await lead.get_by_label("Varför ska den tas i bruk ändå?").fill("Vi behöver den nya artikeln redan i dag.")
    await lead.get_by_role("button", name="Ta i bruk ändå").click()
    await steps.see_bot_follow(lead)


async def the_model_before_is_used_again_by_itself(lead: Page, good: str) -> None:
    await lead.goto(MODELS)
    in_use = lead.get_by_role("region", name="Används nu")
    await expect(in_use).to_contain_text(good, timeout=NOTICED_WITHIN_SECONDS * 1000)
    latest = lead.get_by_role("region", name="Det här har hänt").get_by_role("listitem").first
    await expect(latest).to_contain_text(f"{good} togs i bruk igen")
    await expect(latest).to_contain_text("av frågorna, mot")
    await steps.see_bot_follow(lead)


async def take_away_phrases(editor: Page, topic: str) -> list[str]:
    """All that the bot knows a topic by. Returns it."""
    await editor.goto(f"{STUDIO}/amnen/{topic}")
    rows = await editor.locator(".phrases__row").all()
    phrases = [await row.locator(".phrases__text").inner_text() for row in rows]
    for row in rows:
        phrase = await row.get_by_role("button").get_attribute("value") or ""
        assert (await editor.request.post(f"{STUDIO}/amnen/{topic}/ta-bort", form={"phrase": phrase})).ok
    return phrases


async def model_in_use(page: Page) -> str:
    await page.goto(MODELS)
    name = page.get_by_role("region", name="Används nu").get_by_role("link", name=re.compile("^Modell "))
    return await name.inner_text()


async def many_ask(client: httpx.AsyncClient) -> Counter[str]:
    """As many residents as are needed to tell how the bot does. Returns the kinds of replies that they got."""
    questions = [question for questions in ASKED.values() for question in questions]
    return Counter([await reply_to(client, questions[number % len(questions)]) for number in range(VISITS)])


async def reply_to(client: httpx.AsyncClient, question: str) -> str:
    begun = (await client.post("/api/conversations", json={})).raise_for_status().json()
    headers = {"Authorization": f"Bearer {begun['token']}"}
    path = f"/api/conversations/{begun['id']}"
    body = {"client_id": "fraga-1", "text": question}
    (await client.post(f"{path}/messages", json=body, headers=headers)).raise_for_status()
    async with asyncio.timeout(REPLY_SECONDS), client.stream("GET", f"{path}/events", headers=headers) as stream:
        async for line in stream.aiter_lines():
            if line.startswith("data:"):
                message = json.loads(line.removeprefix("data:"))
                if message.get("author") in ("bot", "system"):
                    return str(message["kind"])
    raise AssertionError("the stream ended without a reply")
