"""The main job on the whole real system: Rasa with the trained model, actions, service, worker, browser."""

import asyncio
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx
import pytest
from checking_client import PATIENCE_SECONDS
from playwright.async_api import expect
from visitor import CHROMIUM, Visitors, open_browser

from stack.temporary_system import TemporarySystem

_ROOT = Path(__file__).parents[2]
_UNKNOWN = "flurbig xyzzy blorpa kvantsnok"
# Rasa takes its time for the first message after a start.


@pytest.fixture(scope="module")
def system() -> Iterator[TemporarySystem]:
    with tempfile.TemporaryDirectory(prefix="handover-journey-") as folder:
        Path(folder).chmod(0o711)  # The database's own system user passes through.
        with TemporarySystem(_ROOT, Path(folder) / "run") as system:
            yield system


@pytest.fixture
def passwords(system: TemporarySystem) -> dict[str, str]:
    return {account["username"]: account["password"] for account in system.accounts()}


@pytest.fixture
async def people(system: TemporarySystem) -> AsyncIterator[Visitors]:
    async with open_browser(CHROMIUM) as browser:
        people = Visitors(browser, system.url, {})
        yield people
        await people.leave()


async def test_from_an_answer_to_a_person_and_back_to_the_bot(people: Visitors, passwords: dict[str, str]) -> None:
    resident = await people.resident()
    agent = await people.sign_in("medarbetare1", passwords["medarbetare1"])

    await resident.open_chat()
    await resident.write("Hur mäter jag radon hemma?")
    await resident.sees("becquerel")
    await resident.sees("Senast granskad")

    await resident.write(_UNKNOWN)
    await agent.page.locator(f"[data-key='{await resident.waits()}']").get_by_role("link").click()
    await expect(agent.page.locator("[data-messages]")).to_contain_text("Hur mäter jag radon hemma?")
    await expect(agent.page.locator("[data-messages]")).to_contain_text(_UNKNOWN)
    await expect(agent.page.get_by_role("heading", name="Vad boten visste")).to_be_visible()
    await agent.button("Ta ärendet").click()
    await agent.page.locator("#text").fill("Hej! Kan du berätta mer om vad du menar?")
    await agent.button("Skicka").click()

    await resident.sees("Kan du berätta mer om vad du menar?")
    await resident.write("Jag undrade bara om altanen.")
    await agent.sees("Jag undrade bara om altanen.")
    before = await resident.page.locator(".message--bot").count()

    await agent.do_now("Lämna tillbaka till boten")
    await resident.sees("Nu svarar chattboten igen")
    # While the agent had the conversation, the bot said nothing.
    assert await resident.page.locator(".message--bot").count() == before
    await resident.write("Behöver jag bygglov för att bygga en altan?")
    await expect(resident.page.locator(".message--bot")).to_have_count(before + 1)
    await expect(resident.page.locator(".message--bot").last).to_contain_text("altan")


async def test_somebody_in_danger_gets_the_number_at_once_and_the_first_place(
    people: Visitors, passwords: dict[str, str]
) -> None:
    first, second = await people.resident(), await people.resident()
    await first.open_chat()
    await first.ask_for_person()
    await second.open_chat()
    await second.write("Min man slår mig")
    await second.sees("112")
    await second.sees("020-50 50 50")
    await expect(second.page.locator(".message--urgent")).to_have_count(1)

    agent = await people.sign_in("medarbetare2", passwords["medarbetare2"])
    await expect(agent.page.locator("[data-list=vantar] > li").first).to_contain_text("Brådskande")


async def test_the_published_paths_work_from_outside(system: TemporarySystem) -> None:
    """The public contract over HTTP, as a program of somebody else's would use it."""
    async with httpx.AsyncClient(base_url=system.url, timeout=PATIENCE_SECONDS, trust_env=False) as client:
        conversation = (await client.post("/api/conversations", json={"language": "sv"})).raise_for_status().json()
        headers = {"Authorization": f"Bearer {conversation['token']}"}
        path = f"/api/conversations/{conversation['id']}"
        body = {"client_id": "a-1", "text": "Hur mäter jag radon?"}
        assert (await client.post(f"{path}/messages", json=body, headers=headers)).status_code == 202
        async with asyncio.timeout(20):
            async with client.stream("GET", f"{path}/events", headers=headers) as stream:
                lines = stream.aiter_lines()
                ids = [line async for line in _first(lines, 2, "id: ")]
        assert ids == ["id: 1", "id: 2"]
        messages = (await client.get(f"{path}/messages", headers=headers)).raise_for_status().json()
        assert [message["seq"] for message in messages] == [1, 2]
        reply = messages[1]
        assert (reply["author"], reply["kind"], reply["payload"]["topic"]) == ("bot", "answer", "radon")
        assert reply["payload"]["article_id"]
        assert reply["payload"]["article_version"] == 1
        assert reply["payload"]["rosa_level"] <= 2
        ready = (await client.get("/health/ready")).raise_for_status().json()
        assert set(ready["parts"]) == {"database", "bot", "actions", "worker", "trainer"}


async def _first(lines: AsyncIterator[str], count: int, start: str) -> AsyncIterator[str]:
    async for line in lines:
        if line.startswith(start):
            yield line
            count -= 1
            if not count:
                return
