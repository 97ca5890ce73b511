"""The pages that people read when something of ours does not work."""

from pathlib import Path

import psycopg
from pictures import take_pictures
from playwright.async_api import expect
from running_service import settings_for
from test_accessibility import assert_fits
from visitor import Visitor

from handover_api.cli import write_down_page


async def test_the_page_for_when_nothing_answers_is_accessible_and_loads_nothing(
    anna: Visitor, database_url: str, tmp_path: Path
) -> None:
    path = tmp_path / "down.html"
    await write_down_page(settings_for(database_url), path)
    asked: list[str] = []
    anna.page.on("request", lambda request: asked.append(request.url))
    await anna.page.goto(path.as_uri())
    await expect(anna.page.get_by_text("0980-319 200").first).to_be_visible()
    # Its own styles are let through by its own policy, and nothing else was asked for.
    await expect(anna.page.locator("main")).to_have_css("max-width", "544px")
    assert [url for url in asked if not url.startswith(("file:", "data:"))] == []
    await take_pictures(anna, "nothing_answers")
    await assert_fits(anna)


async def test_the_page_of_a_fault_of_ours_shows_the_way_and_is_accessible(anna: Visitor, database_url: str) -> None:
    await anna.open_chat()
    async with await psycopg.AsyncConnection.connect(database_url, autocommit=True) as connection:
        await connection.execute("ALTER TABLE local_facts RENAME TO taken_away")
    await anna.page.goto("/chatt")
    await expect(anna.page.locator("h1")).to_have_text("Något gick fel hos oss")
    await expect(anna.page.get_by_role("link", name="0980-319 200")).to_have_attribute("href", "tel:0980319200")
    await take_pictures(anna, "fault_of_ours")
    await assert_fits(anna)
