"""The leads' page of opening hours: without a script, through axe, and with a keyboard on a narrow screen."""

from datetime import UTC, datetime, timedelta

import pytest
from checking_client import CheckedPage, CheckingClient
from playwright.async_api import expect
from running_service import RunningService
from test_accessibility import assert_fits
from visitor import Visitor, Visitors

from handover_api.rules.opening_hours import LOCAL_TIME

PAGE = "/desk/oppettider"
OFFICE_WEEK = dict.fromkeys(["mandag", "tisdag", "onsdag", "torsdag", "fredag"], "8-12, 13-17")


@pytest.fixture
async def lead(service: RunningService, passwords: dict[str, str]) -> CheckingClient:
    client = CheckingClient(service.url)
    await client.sign_in("teamledare", passwords["teamledare"])
    return client


@pytest.fixture
async def karin(visitors: Visitors) -> Visitor:
    """A lead, signed in."""
    return await visitors.agent("teamledare")


def days_ahead(days: int) -> str:
    return (datetime.now(UTC).astimezone(LOCAL_TIME).date() + timedelta(days=days)).isoformat()


def week_of(page: CheckedPage, group: str) -> dict[str, str]:
    """What stands in the form of a group's ordinary week."""
    for form in page.tree.iter("form"):
        fields = {each.get("name", ""): each.get("value", "") for each in form.iter("input")}
        if fields.get("svarsgrupp") == group and "mandag" in fields:
            return fields
    raise AssertionError(f"there is no week of {group}")


async def test_before_anything_is_set_every_group_is_always_open(lead: CheckingClient) -> None:
    page = await lead.get(PAGE)
    assert page.h1 == "Öppettider"
    assert "Alla svarsgrupper alltid öppen" in page.text
    assert page.text.count("Dygnet runt") == 14
    assert "Socialtjänst" in page.text


async def test_the_week_is_saved_as_it_is_understood_and_followed_by_the_groups(lead: CheckingClient) -> None:
    page = await lead.post(f"{PAGE}/vecka", svarsgrupp="", **OFFICE_WEEK)
    assert "Öppettiderna är sparade." in page.text
    assert week_of(page, "")["mandag"] == "8.00–12.00, 13.00–17.00"
    assert week_of(page, "")["sondag"] == ""
    assert "Socialtjänst följer tiderna för alla" in page.text
    page = await lead.post(f"{PAGE}/vecka", svarsgrupp="social", sondag="10-14")
    assert "Socialtjänst har egna tider" in page.text
    assert [len(list(table.iter("tr"))) for table in page.tree.iter("table")] == [15, 15]


async def test_hours_that_cannot_be_kept_come_back_as_they_were_written(lead: CheckingClient) -> None:
    await lead.post(f"{PAGE}/vecka", svarsgrupp="", **OFFICE_WEEK)
    page = await lead.post(f"{PAGE}/vecka", svarsgrupp="social", mandag="åtta till fem", tisdag="8-17", onsdag="17-8")
    assert page.status == 422
    written = week_of(page, "social")
    assert (written["mandag"], written["tisdag"], written["onsdag"]) == ("åtta till fem", "8-17", "17-8")
    faulty = [each for each in page.tree.iter("input") if each.get("aria-invalid")]
    assert [each.get("id") for each in faulty] == ["social-mandag", "social-onsdag"]
    assert "Inget är ändrat" in page.text
    assert week_of(await lead.get(PAGE), "social")["tisdag"] == ""


async def test_a_day_unlike_the_others_is_added_shown_and_removed(lead: CheckingClient) -> None:
    await lead.post(f"{PAGE}/vecka", svarsgrupp="", **OFFICE_WEEK)
    day = days_ahead(3)
    page = await lead.post(
        f"{PAGE}/dagar", svarsgrupp="social", dag=day, tider="10-11", anledning="<b>Utbildningsdag</b>"
    )
    assert "Öppet 10.00–11.00. <b>Utbildningsdag</b>. Socialtjänst." in page.text
    page = await lead.post(f"{PAGE}/dagar", svarsgrupp="social", dag=day)
    assert page.status == 409
    assert "redan avvikande tider" in page.text
    (removal,) = [form.get("action", "") for form in page.tree.iter("form") if "ta-bort" in form.get("action", "")]
    assert "Inga kommande dagar avviker." in (await lead.post(removal)).text
    assert (await lead.post(removal)).status == 200


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"dag": ""}, "Välj en dag"),
        ({"dag": "i morgon"}, "Välj en dag"),
        ({"dag": "2020-01-01"}, "har redan varit"),
        ({"dag": "2999-01-01"}, "för långt fram"),
        ({"dag": days_ahead(2), "tider": "8-12, 13-17"}, "bara ha en tid"),
        ({"dag": days_ahead(2), "tider": "\x00"}, "Skriv tiderna"),
        ({"dag": days_ahead(2), "svarsgrupp": "\x00"}, "Svarsgruppen finns inte"),
        ({"dag": days_ahead(2), "anledning": "Resa " * 50}, "högst 200 tecken"),
    ],
)
async def test_a_day_that_cannot_be_is_told_beside_the_form_and_keeps_what_was_written(
    lead: CheckingClient, fields: dict[str, str], said: str
) -> None:
    page = await lead.post(f"{PAGE}/dagar", **{"anledning": "Planering", **fields})
    assert page.status == 422
    assert said in page.text
    assert page.value("anledning") == fields.get("anledning", "Planering")


async def test_the_page_exists_for_leads_alone(service: RunningService, passwords: dict[str, str]) -> None:
    for username in ("medarbetare1", "redaktor", "administrator"):
        async with CheckingClient(service.url) as client:
            page = await client.sign_in(username, passwords[username])
            assert "Öppettider" not in page.text
            assert (await client.get(PAGE)).status == 404
            assert (await client.post(f"{PAGE}/vecka", svarsgrupp="", mandag="8-9")).status == 404
            assert (await client.post(f"{PAGE}/dagar", dag=days_ahead(2))).status == 404
    async with CheckingClient(service.url) as stranger:
        assert (await stranger.get(PAGE)).h1 == "Logga in"


async def test_the_page_fits_every_screen_with_much_on_it_and_with_errors(karin: Visitor) -> None:
    page = karin.page
    await page.get_by_role("link", name="Öppettider").click()
    await expect(page.locator("h1")).to_have_text("Öppettider")
    await page.get_by_label("Dag", exact=True).fill(days_ahead(4))
    await page.get_by_label("Öppet", exact=True).fill("10.00–14.00")
    await page.get_by_label("Anledning").fill("Utbildningsdag för hela kontaktcentret")
    await page.get_by_label("Gäller").select_option("Gata, vatten och avfall")
    await karin.button("Lägg till dagen").click()
    await expect(page.get_by_role("status")).to_have_text("Öppettiderna är sparade.")
    await page.locator("summary", has_text="Alla svarsgrupper").click()
    await page.get_by_label("Måndag").first.fill("8-")
    await karin.button("Spara tiderna för Alla svarsgrupper").click()
    await expect(page.get_by_role("alert")).to_contain_text("Inget är ändrat")
    await assert_fits(karin)


async def test_a_lead_with_a_keyboard_sets_a_week(karin: Visitor) -> None:
    page = karin.page
    await page.goto(PAGE)
    summary = page.locator("summary", has_text="Alla svarsgrupper")
    await summary.focus()
    await page.keyboard.press("Enter")
    await page.keyboard.press("Tab")
    for _ in range(5):
        await page.keyboard.type("8-17")
        await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("status")).to_have_text("Öppettiderna är sparade.")
    await expect(page.locator("summary", has_text="Alla svarsgrupper")).to_contain_text("har tider")
