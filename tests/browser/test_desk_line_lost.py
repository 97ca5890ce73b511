"""The desk's line is cut while cases come and go. When it is back the page shows what a page opened anew would."""

import re
from collections.abc import AsyncIterator, Iterator

import pytest
from cutting_line import CuttingLine
from playwright.async_api import Browser, expect
from running_service import RunningService
from visitor import Visitor, Visitors

PATIENCE_MS = 60_000
# Each row with its reference and what it says, but for the time that passes.
ROWS = """lists => lists.flatMap((list) => [...list.children].map((row) => {
  const copy = row.cloneNode(true);
  for (const time of copy.querySelectorAll("waiting-time")) time.remove();
  return `${list.dataset.list}: ${copy.textContent.replace(/\\s+/g, " ").trim()}`;
}))"""


@pytest.fixture
def line(service: RunningService) -> Iterator[CuttingLine]:
    line = CuttingLine(service.port)
    line.start()
    yield line
    line.stop()


@pytest.fixture
async def far_off(browser: Browser, line: CuttingLine, staff_sessions: dict[str, str]) -> AsyncIterator[Visitors]:
    """People who reach the service over the line that is cut."""
    visitors = Visitors(browser, line.url, staff_sessions)
    yield visitors
    await visitors.leave()


def cut(line: CuttingLine) -> None:
    """Nothing comes through any more, in either direction."""
    line.refuses = lambda _: True
    line.cut_all()


def mend(line: CuttingLine) -> None:
    line.refuses = lambda _: False


async def ask(visitors: Visitors) -> tuple[Visitor, str]:
    resident = await visitors.resident()
    await resident.open_chat()
    return resident, await resident.ask_for_person()


async def shown(agent: Visitor) -> list[str]:
    return [str(row) for row in await agent.page.locator("[data-list]").evaluate_all(ROWS)]


async def test_the_queue_misses_nothing_while_its_line_is_cut(
    visitors: Visitors, far_off: Visitors, line: CuttingLine
) -> None:
    near, far = await visitors.agent("medarbetare2"), await far_off.agent("medarbetare1")
    _, taken = await ask(visitors)
    leaver, left = await ask(visitors)
    own_resident, own = await ask(visitors)
    await far.page.get_by_role("button", name=f"Ta ärendet {own}").click()
    await expect(far.field).to_be_visible()
    await far.page.goto("/desk")
    await expect(far.page.get_by_text("2 ärenden väntar.")).to_be_visible()

    cut(line)
    await expect(far.page.locator("[data-connection]")).to_contain_text("Ingen förbindelse", timeout=PATIENCE_MS)
    await near.page.get_by_role("button", name=f"Ta ärendet {taken}").click()
    await expect(near.field).to_be_visible()
    await leaver.page.locator("summary", has_text="Lämna kön").click()
    await leaver.button("Ja, lämna kön").click()
    await leaver.sees("Du har lämnat kön")
    urgent = await visitors.resident()
    await urgent.open_chat()
    await urgent.write("Det är eld i huset")
    first = await urgent.waits()
    _, second = await ask(visitors)
    await own_resident.page.locator("summary", has_text="Meny").click()
    await own_resident.button("Avsluta och rensa").click()
    await expect(own_resident.page.get_by_role("heading", level=1)).to_have_text("Samtalet är avslutat")

    mend(line)
    rows = far.page.locator("[data-list=vantar] > li")
    await expect(rows).to_contain_text([first, second], timeout=PATIENCE_MS)
    await expect(far.page.locator("[data-connection]")).to_be_hidden(timeout=PATIENCE_MS)
    for gone in (taken, left):
        await expect(far.page.get_by_text(gone)).to_have_count(0)
    # The same as a page that is opened now.
    anew = Visitor(far.context, await far.context.new_page())
    await anew.page.goto("/desk")
    assert await shown(far) == await shown(anew)
    # And it goes on by itself.
    _, third = await ask(visitors)
    await expect(rows).to_contain_text([first, second, third])


async def test_an_open_case_misses_nothing_while_its_line_is_cut(
    visitors: Visitors, far_off: Visitors, line: CuttingLine
) -> None:
    far = await far_off.agent("medarbetare1")
    resident, reference = await ask(visitors)
    await far.page.get_by_role("button", name=f"Ta ärendet {reference}").click()
    await expect(far.field).to_be_visible()
    await far.write("Hej!")
    await resident.sees("Hej!")

    cut(line)
    for number in range(1, 4):
        await resident.write(f"Rad {number} medan linjen är borta.")
        await resident.sees(f"Rad {number}")
    # What is written meanwhile is kept, and sent when the line is back.
    await far.write("Jag svarar ändå.")
    await expect(far.button("Försök igen")).to_be_visible(timeout=PATIENCE_MS)

    mend(line)
    await far.sees("Rad 3 medan linjen är borta.")
    await resident.sees("Jag svarar ändå.")
    lines = far.lines.filter(has_text=re.compile("medan linjen är borta|Jag svarar ändå"))
    await expect(lines).to_contain_text(
        [*(f"Rad {number} medan linjen är borta." for number in range(1, 4)), "Jag svarar ändå."], timeout=PATIENCE_MS
    )
