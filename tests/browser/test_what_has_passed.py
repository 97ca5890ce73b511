"""An agent acts on what has passed: a clear sentence, the case as it stands now, and never a lost text."""

import pytest
from playwright.async_api import expect
from visitor import Visitor, Visitors

TEXT = "Ett långt svar om altaner som tog tid att skriva"


@pytest.fixture(params=[True, False], ids=["with a script", "without a script"])
def has_script(request: pytest.FixtureRequest) -> bool:
    return bool(request.param)


async def waiting_case(anna: Visitor) -> str:
    await anna.open_chat()
    return f"/desk/arenden/{await anna.ask_for_person()}"


async def taken_case(anna: Visitor, bosse: Visitor) -> str:
    address = await waiting_case(anna)
    await bosse.page.goto(address)
    await bosse.button("Ta ärendet").click()
    await expect(bosse.page.get_by_text("Du har ärendet.")).to_be_visible()
    return address


async def second_tab(bosse: Visitor, address: str) -> Visitor:
    tab = Visitor(bosse.context, await bosse.context.new_page())
    await tab.page.goto(address)
    await expect(tab.field).to_be_visible()
    return tab


async def still_has(visitor: Visitor, text: str) -> None:
    """In a field, whether it can be sent again or only copied."""
    fields = visitor.page.locator("textarea")
    assert text in [await field.input_value() for field in await fields.all()]


async def test_claiming_a_case_that_a_colleague_has_taken(
    visitors: Visitors,
    anna: Visitor,
    has_script: bool,  # noqa: FBT001 - a parameter of the test
) -> None:
    bosse = await visitors.agent("medarbetare1", java_script_enabled=has_script)
    address = await waiting_case(anna)
    await bosse.page.goto(address)
    carin = await visitors.agent("medarbetare2")
    await carin.page.goto(address)
    await carin.button("Ta ärendet").click()
    await expect(carin.page.get_by_text("Du har ärendet.")).to_be_visible()
    await bosse.button("Ta ärendet").click()
    await expect(bosse.page.get_by_role("alert")).to_have_text("En kollega hann före och har tagit ärendet.")
    await expect(bosse.page.get_by_text("Medarbetare 2 har ärendet.")).to_be_visible()
    await expect(bosse.button("Ta ärendet")).to_have_count(0)


async def test_one_tab_closes_the_case_and_the_other_replies(
    visitors: Visitors,
    anna: Visitor,
    has_script: bool,  # noqa: FBT001 - a parameter of the test
) -> None:
    bosse = await visitors.agent("medarbetare1", java_script_enabled=has_script)
    address = await taken_case(anna, bosse)
    other = await second_tab(bosse, address)
    await other.field.fill(TEXT)
    await bosse.close_case()
    await expect(bosse.page.get_by_text("Du har inga öppna ärenden.")).to_be_visible()
    await other.button("Skicka").click()
    await expect(other.page.get_by_text("Ärendet är redan avslutat.")).to_be_visible()
    await expect(other.page.get_by_text("Ärendet är avslutat.")).to_be_visible()
    await still_has(other, TEXT)
    await expect(anna.transcript).not_to_contain_text(TEXT)
    if has_script:
        await other.assert_accessible()


async def test_replying_when_the_resident_has_ended_the_conversation(
    visitors: Visitors,
    anna: Visitor,
    has_script: bool,  # noqa: FBT001 - a parameter of the test
) -> None:
    bosse = await visitors.agent("medarbetare1", java_script_enabled=has_script)
    await taken_case(anna, bosse)
    await bosse.field.fill(TEXT)
    await anna.page.goto("/chatt")
    await anna.page.locator("summary", has_text="Meny").click()
    await anna.page.locator("[data-end]").first.click()
    await anna.page.get_by_role("button", name="Avsluta och rensa").last.click()
    await expect(anna.page).to_have_url("/chatt/avslutat")
    await bosse.button("Skicka").click()
    await expect(bosse.page.get_by_text("Invånaren har avslutat samtalet, så svaret når inte fram.")).to_be_visible()
    await expect(bosse.page.get_by_text("Invånaren har avslutat samtalet.", exact=False).first).to_be_visible()
    await still_has(bosse, TEXT)


async def test_asking_by_a_form_in_a_case_that_a_lead_has_taken_over(
    visitors: Visitors,
    anna: Visitor,
    has_script: bool,  # noqa: FBT001 - a parameter of the test
) -> None:
    bosse = await visitors.agent("medarbetare1", java_script_enabled=has_script)
    address = await taken_case(anna, bosse)
    await bosse.page.locator("summary", has_text="Samtycke").click()
    await bosse.page.get_by_label("Vad ska invånaren godkänna?").fill(TEXT)
    lead = await visitors.agent("teamledare")
    await lead.open_anothers_case(address.rpartition("/")[2])
    await lead.page.locator("summary", has_text="Ta över ärendet").click()
    await lead.button("Ta över").click()
    await expect(lead.page.get_by_text("Du har ärendet.")).to_be_visible()
    await bosse.button("Fråga om samtycke").click()
    await expect(bosse.page.get_by_role("alert")).to_have_text("Ärendet ligger hos en kollega.")
    await expect(bosse.page.get_by_text("Teamledaren har ärendet.")).to_be_visible()
    await still_has(bosse, TEXT)
    await expect(anna.transcript).not_to_contain_text(TEXT)


async def test_handing_back_on_a_page_that_has_gone_stale(visitors: Visitors, anna: Visitor) -> None:
    bosse = await visitors.agent("medarbetare1", java_script_enabled=False)
    address = await taken_case(anna, bosse)
    other = await second_tab(bosse, address)
    await bosse.page.locator("summary", has_text="Lägg tillbaka i kön").click()
    await bosse.button("Lägg tillbaka").click()
    await bosse.page.goto(address)
    await bosse.button("Ta ärendet").click()
    await expect(bosse.page.get_by_text("Du har ärendet.")).to_be_visible()
    await other.button("Lämna tillbaka till boten").click()
    await expect(other.page.get_by_role("alert")).to_contain_text("Läget har ändrats sedan du såg det.")
    await expect(other.page.get_by_text("Du har ärendet.")).to_be_visible()
