"""A model that reads beside the one in use, as editors see it: begin, look at what differs, end."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from uuid import uuid4

import httpx
import psycopg
import pytest
from checking_client import PATIENCE_SECONDS, CheckingClient
from keyboard import press_tab_until
from pictures import take_pictures
from playwright.async_api import expect
from running_service import INTERNAL_TOKEN, RunningService, settings_for
from test_accessibility import assert_fits
from visitor import Visitor, Visitors

from tests.service.model_archives import Bot, checksum, model

PATH = "/redaktion/modeller"
OLD, NEW, OTHER = "aaaa00000001", "bbbb00000002", "cccc00000003"
BEGIN, END = "Provkör vid sidan av", "Avsluta provkörningen"
QUESTION = "Får jag bygga en altan på femton kvadratmeter utan att fråga någon?"


class Machinery:
    """The bot and its trainer, as the service sees them."""

    def __init__(self, internal: httpx.AsyncClient, database_url: str) -> None:
        self._internal = internal
        self._database_url = database_url

    async def bring(self, version: str, editor: CheckingClient) -> str:
        """A training makes a model. Returns the address of its page."""
        await editor.post(f"{PATH}/trana")
        run = (await self._internal.post("/internal/trainings/next")).json()["id"]
        stored = await self._internal.put(f"/internal/trainings/{run}/model", content=model(version))
        return f"{PATH}/{stored.json()['id']}"

    async def compare(self) -> None:
        """A process of the bot has read with both all that residents have written."""
        with psycopg.connect(self._database_url) as connection:
            rows = connection.execute("SELECT id FROM messages WHERE author = 'resident' ORDER BY seq").fetchall()
        choices = [
            ({"decision": "guide", "topic": "bygglov-altan"}, {"decision": "clarify", "topic": "bygglov-altan"}),
            ({"decision": "guide", "topic": "bygglov-altan"}, {"decision": "guide", "topic": "bygglov-attefall"}),
        ]
        decisions = [
            {"message_id": str(message), "before": before, "now": now}
            for (message,), (before, now) in zip(rows, choices * len(rows), strict=False)
        ]
        told = {"sha256": checksum(model(NEW)), "serving": checksum(model(OLD)), "decisions": decisions, "dropped": 2}
        assert (await self._internal.post("/internal/models/shadow/decisions", json=told)).status_code == 204


@pytest.fixture
def service(database_url: str, tmp_path: Path) -> Iterator[RunningService]:
    service = RunningService(settings_for(database_url, MODELS_FOLDER=str(tmp_path / "models")))
    service.start()
    yield service
    service.stop()


@pytest.fixture
async def machinery(service: RunningService, database_url: str) -> AsyncIterator[Machinery]:
    headers = {"Authorization": f"Bearer {INTERNAL_TOKEN}"}
    async with httpx.AsyncClient(
        base_url=service.url, headers=headers, timeout=PATIENCE_SECONDS, trust_env=False
    ) as internal:
        await Bot(internal, str(uuid4())).start_with(model(OLD))
        yield Machinery(internal, database_url)


@pytest.fixture
async def by_hand(service: RunningService, passwords: dict[str, str]) -> AsyncIterator[CheckingClient]:
    """An editor whose browser runs no scripts."""
    async with CheckingClient(service.url) as editor:
        await editor.sign_in("redaktor", passwords["redaktor"])
        yield editor


@pytest.fixture
async def editor(visitors: Visitors) -> Visitor:
    return await visitors.agent("redaktor")


async def test_a_candidate_is_tried_beside_the_model_in_use_with_a_keyboard(
    editor: Visitor, anna: Visitor, machinery: Machinery, by_hand: CheckingClient
) -> None:
    address, page = await machinery.bring(NEW, by_hand), editor.page
    await page.goto(address)
    await press_tab_until(page, editor.button(BEGIN))
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("Inget meddelande har lästs än.")).to_be_visible()
    await anna.open_chat()
    for count, text in enumerate((QUESTION, "Hur högt får ett altanräcke vara?"), start=1):
        await anna.write(text)
        await expect(anna.transcript.get_by_text("En låg altan kräver oftast")).to_have_count(count)
    await machinery.compare()
    await page.reload()
    section = page.get_by_role("region", name=BEGIN.replace("Provkör", "Provkörning"))
    await expect(section.get_by_text("Båda modellerna har läst 2 meddelanden.")).to_be_visible()
    await expect(section.get_by_role("cell", name="Frågar vilket ämne som menas")).to_be_visible()
    await expect(section.get_by_text(QUESTION)).to_be_visible()
    await take_pictures(editor, "a_model_beside")
    await assert_fits(editor)
    await page.set_viewport_size({"width": 1366, "height": 768})
    await press_tab_until(page, editor.button(END))
    await page.keyboard.press("Enter")
    await expect(section.get_by_text("Den avslutades för hand.")).to_be_visible()
    await expect(editor.button("Provkör igen")).to_be_visible()
    await editor.assert_accessible()


async def test_what_cannot_be_begun_is_told_in_its_place(
    editor: Visitor, machinery: Machinery, by_hand: CheckingClient
) -> None:
    first, second = await machinery.bring(NEW, by_hand), await machinery.bring(OTHER, by_hand)
    await editor.page.goto(second)
    await expect(editor.button(BEGIN)).to_be_visible()
    await by_hand.post(f"{first}/provkor")
    await editor.button(BEGIN).click()
    await expect(editor.page.get_by_role("alert")).to_contain_text("En annan modell provkörs redan.")
    await assert_fits(editor)


async def test_it_is_begun_and_ended_without_a_script(machinery: Machinery, by_hand: CheckingClient) -> None:
    address = await machinery.bring(NEW, by_hand)
    assert BEGIN in (await by_hand.get(address)).text
    page = await by_hand.post(f"{address}/provkor")
    assert "Inget meddelande har lästs än." in page.text
    assert END in page.text
    assert "Den avslutades för hand." in (await by_hand.post(f"{address}/avsluta-provkorning")).text
