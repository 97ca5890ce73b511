"""What ends or moves a case can be undone for some seconds. The page's clock is turned, so nobody waits for them."""

from datetime import UTC, datetime, timedelta

from playwright.async_api import expect
from visitor import Visitor, Visitors

OPEN = "Du har ärendet."


async def case_of(anna: Visitor, bosse: Visitor) -> str:
    await anna.open_chat()
    await anna.write("Får jag bygga en altan?")
    reference = await anna.ask_for_person()
    await bosse.page.clock.install()
    await bosse.page.goto(f"/desk/arenden/{reference}")
    await bosse.button("Ta ärendet").click()
    await expect(bosse.page.get_by_text(OPEN)).to_be_visible()
    await bosse.page.clock.pause_at(datetime.now(UTC) + timedelta(minutes=10))
    return reference


async def begin_to_close(bosse: Visitor) -> None:
    await bosse.page.get_by_label("Vad gällde ärendet?").select_option(label="Något annat: Kommun och demokrati")
    await bosse.page.get_by_label("Löst vid första kontakten").check()
    await bosse.button("Avsluta ärendet").click()
    await expect(bosse.button("Ångra")).to_be_focused()


async def state_of(visitors: Visitors, reference: str) -> str:
    """As a lead sees it on a page of her own."""
    lead = await visitors.agent("teamledare")
    await lead.open_anothers_case(reference)
    return await lead.page.locator("[data-case-state]").inner_text()


async def test_closing_can_be_undone_and_leaves_everything_as_it_was(
    visitors: Visitors, anna: Visitor, bosse: Visitor
) -> None:
    reference = await case_of(anna, bosse)
    await bosse.field.fill("Halvskrivet")
    await begin_to_close(bosse)
    await expect(bosse.page.get_by_text("Ärendet avslutas om 6 sekunder", exact=True)).to_be_visible()
    await bosse.page.clock.run_for(2000)
    await expect(bosse.page.get_by_text("Ärendet avslutas om 4 sekunder", exact=True)).to_be_visible()
    await bosse.button("Ångra").press("Enter")
    await expect(bosse.button("Ångra")).to_have_count(0)
    await expect(bosse.button("Avsluta ärendet")).to_be_focused()
    await bosse.page.clock.run_for(20_000)
    await expect(bosse.page.get_by_label("Löst vid första kontakten")).to_be_checked()
    await expect(bosse.field).to_have_value("Halvskrivet")
    assert "har ärendet" in await state_of(visitors, reference)


async def test_a_case_that_nobody_undoes_is_closed_when_the_seconds_have_passed(anna: Visitor, bosse: Visitor) -> None:
    await case_of(anna, bosse)
    await begin_to_close(bosse)
    await bosse.page.clock.run_for(6000)
    await expect(bosse.page.get_by_text("Du har inga öppna ärenden.")).to_be_visible()
    await expect(anna.status).to_contain_text("Samtalet är avslutat")


async def test_escape_is_the_same_as_undoing(anna: Visitor, bosse: Visitor) -> None:
    await case_of(anna, bosse)
    await begin_to_close(bosse)
    await bosse.page.keyboard.press("Escape")
    await expect(bosse.button("Ångra")).to_have_count(0)
    await expect(bosse.page.get_by_text(OPEN)).to_be_visible()


async def test_leaving_the_page_does_what_was_begun(anna: Visitor, bosse: Visitor) -> None:
    await case_of(anna, bosse)
    await begin_to_close(bosse)
    await bosse.page.goto("/desk")
    await expect(anna.status).to_contain_text("Samtalet är avslutat")


async def test_signing_out_does_what_was_begun(anna: Visitor, bosse: Visitor) -> None:
    await case_of(anna, bosse)
    await begin_to_close(bosse)
    await bosse.button("Logga ut").click()
    await expect(anna.status).to_contain_text("Samtalet är avslutat")


async def test_what_the_resident_writes_meanwhile_stops_the_seconds(anna: Visitor, bosse: Visitor) -> None:
    await case_of(anna, bosse)
    await begin_to_close(bosse)
    await anna.write("Jag har en fråga till")
    await bosse.sees("Jag har en fråga till")
    await expect(bosse.page.locator("[data-undo-seconds]")).to_have_text(
        "Invånaren har just skrivit något. Du har kvar ärendet tills du väljer."
    )
    await bosse.page.clock.run_for(20_000)
    await bosse.page.clock.resume()
    await bosse.assert_accessible()
    await expect(bosse.page.get_by_text(OPEN)).to_be_visible()
    # Nothing that the agent has not chosen is done by leaving either.
    await bosse.page.reload()
    await expect(bosse.page.get_by_text(OPEN)).to_be_visible()
    await expect(anna.status).to_contain_text("Du chattar med Medarbetare 1")


async def test_handing_back_and_putting_back_wait_too_and_the_last_choice_counts(anna: Visitor, bosse: Visitor) -> None:
    await case_of(anna, bosse)
    await bosse.button("Lämna tillbaka till boten").click()
    await expect(bosse.page.locator("[data-undo-seconds]")).to_have_text(
        "Samtalet lämnas tillbaka till boten om 6 sekunder"
    )
    await bosse.page.locator("summary", has_text="Lägg tillbaka i kön").click()
    await bosse.button("Lägg tillbaka").click()
    await expect(bosse.page.locator("[data-undo-seconds]")).to_have_text("Ärendet läggs tillbaka i kön om 6 sekunder")
    await bosse.page.clock.run_for(6000)
    await expect(anna.status).to_contain_text("Du är nummer 1 i kön")


async def test_a_field_that_is_missing_is_asked_for_at_once(anna: Visitor, bosse: Visitor) -> None:
    await case_of(anna, bosse)
    await bosse.button("Avsluta ärendet").click()
    await expect(bosse.page.get_by_text("Välj hur ärendet slutade.")).to_be_visible()
    await bosse.page.locator("summary", has_text="Skicka vidare till en förvaltning").click()
    await bosse.button("Skicka vidare").click()
    await expect(bosse.page.get_by_role("alert")).to_contain_text("Skriv något först")


async def test_a_case_that_a_lead_has_moved_meanwhile_is_not_closed(
    visitors: Visitors, anna: Visitor, bosse: Visitor
) -> None:
    reference = await case_of(anna, bosse)
    lead = await visitors.agent("teamledare")
    await lead.open_anothers_case(reference)
    await begin_to_close(bosse)
    await lead.page.locator("summary", has_text="Ta över ärendet").click()
    await lead.button("Ta över").click()
    await expect(bosse.page.locator("[data-undo-seconds]")).to_have_text(
        "Ärendet har ändrats. Du har kvar ärendet tills du väljer."
    )
    await bosse.button("Gör det nu").click()
    await expect(bosse.page.get_by_role("alert")).to_contain_text("Läget har ändrats")
