"""The resident's chat in a browser with scripts, together with an agent's desk."""

import re

from playwright.async_api import Route, expect
from running_service import RunningService, settings_for
from visitor import Visitor, Visitors

from handover_api.rules.message import MAX_CHARACTERS

HOSTILE = '<img src=x onerror="window.isHacked = true"><script>window.isHacked = true</script>'
KEEP_STREAMS = """
window.streams = [];
window.EventSource = class extends EventSource {
  constructor(url) {
    super(url);
    window.streams.push(this);
  }
};
"""
SET_VISIBILITY = """state => {
  Object.defineProperty(document, "hidden", { configurable: true, get: () => state === "hidden" });
  document.dispatchEvent(new Event("visibilitychange"));
}"""


async def test_a_question_is_answered_without_a_reload(anna: Visitor) -> None:
    await anna.open_chat()
    await anna.page.evaluate("window.isSamePage = true")
    await anna.write("Får jag bygga en altan?")
    await anna.sees("En låg altan")
    await expect(anna.lines).to_have_count(2)
    assert await anna.page.evaluate("window.isSamePage")
    await expect(anna.button("Avsluta och rensa")).to_be_hidden()
    await expect(anna.page.locator("summary", has_text="Meny")).to_be_visible()


async def test_what_was_said_is_there_after_a_reload(anna: Visitor) -> None:
    await anna.open_chat()
    await anna.write("Får jag bygga en altan?")
    await anna.sees("En låg altan")
    await anna.page.reload()
    await expect(anna.lines).to_have_count(2)
    await anna.write("Hej igen")
    await expect(anna.lines).to_have_count(4)


async def test_from_the_bot_to_a_person_and_back(anna: Visitor, bosse: Visitor) -> None:
    await anna.open_chat()
    await anna.write("Det här är oklart")
    await expect(anna.status).to_contain_text("Du är nummer 1 i kön")
    await expect(bosse.page.get_by_text("1 ärende väntar.")).to_be_visible()
    await bosse.page.get_by_role("button", name=re.compile("Ta ärendet")).click()
    await expect(anna.status).to_contain_text("Du chattar med Medarbetare 1")
    await bosse.write("Hej! Titta på https://kommun.example/altan.")
    await anna.sees("Medarbetare 1, medarbetare")
    await expect(anna.page.get_by_role("link", name="https://kommun.example/altan")).to_have_attribute(
        "href", "https://kommun.example/altan"
    )
    await anna.write("Tack snälla")
    await bosse.sees("Tack snälla")
    await bosse.do_now("Lämna tillbaka till boten")
    await expect(anna.status).to_contain_text("Du chattar med chattboten")
    await anna.write("Får jag bygga en altan?")
    await anna.sees("En låg altan")


async def test_the_place_in_the_queue_moves_when_others_are_served(visitors: Visitors, bosse: Visitor) -> None:
    first, second = await visitors.resident(), await visitors.resident()
    for resident in (first, second):
        await resident.open_chat()
    reference = await first.ask_for_person()
    await second.ask_for_person()
    await expect(second.status).to_contain_text("nummer 2")
    await bosse.page.get_by_role("button", name=f"Ta ärendet {reference}").click()
    await expect(second.status).to_contain_text("nummer 1")


async def test_a_choice_can_be_pressed_once_and_stands_as_text(anna: Visitor) -> None:
    await anna.open_chat()
    await anna.write("Jag vill bygga")
    await anna.button("En altan").click()
    await anna.sees("Du valde bygglov-altan")
    await expect(anna.button("Ett attefallshus")).to_have_count(0)
    await expect(anna.page.get_by_text("Ett attefallshus")).to_be_visible()
    await expect(anna.field).to_be_focused()


async def test_pressing_send_twice_stores_once(anna: Visitor) -> None:
    await anna.open_chat()
    await anna.field.fill("Får jag bygga en altan?")
    await anna.button("Skicka").dblclick()
    await anna.sees("En låg altan")
    await anna.page.reload()
    await expect(anna.lines).to_have_count(2)
    await expect(anna.page.locator("[data-error]")).to_be_hidden()


async def test_a_lost_answer_does_not_store_the_message_twice(anna: Visitor) -> None:
    await anna.open_chat()

    async def lose_the_answer(route: Route) -> None:
        await route.fetch()
        await route.abort()

    await anna.page.route("**/chatt/meddelanden", lose_the_answer, times=1)
    await anna.write("Får jag bygga en altan?")
    await expect(anna.page.get_by_text("Inte skickat än.", exact=True)).to_be_visible()
    await anna.sees("En låg altan")
    await anna.page.reload()
    await expect(anna.lines).to_have_count(2)


async def test_a_message_that_could_not_be_sent_survives_a_reload(anna: Visitor) -> None:
    await anna.open_chat()
    await anna.page.route("**/chatt/meddelanden", lambda route: route.abort())
    await anna.write("Får jag bygga en altan?")
    await expect(anna.page.get_by_text("Inte skickat än.", exact=True)).to_be_visible()
    await anna.page.unroute("**/chatt/meddelanden")
    await anna.page.reload()
    await anna.sees("En låg altan")
    await expect(anna.page.get_by_text("Inte skickat än.", exact=True)).to_have_count(0)


async def test_a_draft_survives_a_reload(anna: Visitor) -> None:
    await anna.open_chat()
    await anna.field.fill("Jag har börjat skriva")
    await anna.page.reload()
    await expect(anna.field).to_have_value("Jag har börjat skriva")


async def test_too_long_a_text_comes_back_to_the_field_with_the_reason(anna: Visitor) -> None:
    await anna.open_chat()
    text = "a" * (MAX_CHARACTERS + 1)
    await anna.write(text)
    await expect(anna.page.locator("[data-error]")).to_contain_text(f"högst {MAX_CHARACTERS} tecken")
    await expect(anna.field).to_have_value(text)
    await expect(anna.field).to_be_focused()
    await expect(anna.lines).to_have_count(0)


async def test_markup_is_text_on_both_sides_and_never_runs(anna: Visitor, bosse: Visitor) -> None:
    await anna.open_chat()
    await anna.write(f"{HOSTILE} skript")
    await anna.sees("<img src=x")
    await anna.sees("Hej <script>")
    reference = await anna.ask_for_person()
    await bosse.page.goto(f"/desk/arenden/{reference}")
    await bosse.sees("<img src=x")
    await bosse.button("Ta ärendet").click()
    await bosse.write(HOSTILE)
    await expect(anna.lines.last).to_contain_text("<img src=x")
    for visitor in (anna, bosse):
        assert await visitor.page.evaluate("window.isHacked") is None
        await expect(visitor.page.locator("[data-messages] :is(script, img)")).to_have_count(0)


async def test_a_new_message_does_not_move_whoever_reads_further_up(anna: Visitor, bosse: Visitor) -> None:
    await anna.open_chat()
    await anna.write("Ge mig ett långt svar")
    await anna.sees("Ett långt stycke")
    reference = await anna.ask_for_person()
    await bosse.page.goto(f"/desk/arenden/{reference}")
    await bosse.button("Ta ärendet").click()
    await anna.sees("har tagit över")
    await anna.transcript.evaluate("region => { region.scrollTop = 0 }")
    await bosse.write("Hej, här kommer ett svar")
    await anna.sees("Hej, här kommer ett svar")
    assert await anna.transcript.evaluate("region => region.scrollTop") == 0
    await anna.button("Visa nya meddelanden").click()
    await expect(anna.lines.last).to_be_in_viewport()
    await expect(anna.button("Visa nya meddelanden")).to_be_hidden()


async def test_a_long_answer_is_shown_from_its_beginning(anna: Visitor) -> None:
    await anna.open_chat()
    await anna.write("Ge mig ett långt svar")
    await anna.sees("Ett långt stycke")
    await expect(anna.lines.last.locator("[data-speaker]")).to_be_in_viewport()


async def test_others_messages_are_announced_once_as_text_and_ones_own_are_not(anna: Visitor) -> None:
    await anna.open_chat()
    await anna.page.evaluate(
        """() => {
            window.heard = [];
            const region = document.querySelector("[data-announcer]");
            new MutationObserver((changes) => {
                for (const change of changes) for (const node of change.addedNodes) window.heard.push(node.textContent);
            }).observe(region, { childList: true });
        }"""
    )
    await anna.write("Får jag bygga en altan?")
    await anna.sees("En låg altan")
    heard = await anna.page.evaluate("window.heard")
    assert len(heard) == 1
    assert heard[0].startswith("Chattboten: En låg altan kräver oftast inte bygglov.")
    await expect(anna.page.locator("[data-announcer]")).to_be_empty()
    assert await anna.page.locator("[data-announcer]").get_attribute("aria-live") == "polite"
    assert await anna.page.locator("[data-messages]").get_attribute("aria-live") is None


async def test_after_a_closed_conversation_the_next_message_begins_another(anna: Visitor, bosse: Visitor) -> None:
    await anna.open_chat()
    await anna.write("Min första fråga")
    reference = await anna.ask_for_person()
    await bosse.page.goto(f"/desk/arenden/{reference}")
    await bosse.button("Ta ärendet").click()
    await bosse.close_case()
    await expect(anna.status).to_contain_text("Samtalet är avslutat")
    await anna.write("Får jag bygga en altan?")
    await anna.sees("En låg altan")
    await expect(anna.page.get_by_text("Ditt förra samtal")).to_be_visible()
    await expect(anna.field).to_be_focused()


async def test_ending_clears_the_draft_too(anna: Visitor) -> None:
    await anna.open_chat()
    await anna.write("Hej")
    await anna.sees("Vad undrar du?")
    await anna.field.fill("Något som ingen annan ska se")
    await anna.page.locator("summary", has_text="Meny").click()
    await anna.button("Avsluta och rensa").click()
    await expect(anna.page.get_by_text("finns kvar hos kommunen")).to_be_visible()
    await anna.open_chat()
    await expect(anna.field).to_have_value("")
    await expect(anna.lines).to_have_count(0)


async def test_two_tabs_show_the_same_conversation(anna: Visitor) -> None:
    await anna.open_chat()
    await anna.write("Hej")
    await expect(anna.lines).to_have_count(2)
    other = Visitor(anna.context, await anna.context.new_page())
    await other.open_chat()
    await other.write("Får jag bygga en altan?")
    await anna.sees("En låg altan")
    for tab in (anna, other):
        await expect(tab.lines).to_have_count(4)


async def test_a_message_that_comes_twice_is_shown_once_and_in_its_place(anna: Visitor) -> None:
    await anna.open_chat()
    await anna.write("Får jag bygga en altan?")
    await anna.sees("En låg altan")
    first, second = [await line.evaluate("line => line.outerHTML") for line in await anna.lines.all()]
    chat = anna.page.locator("resident-chat")
    await chat.evaluate("(chat, html) => { chat.receiveLine(html) }", second)
    await expect(anna.lines).to_have_count(2)
    await anna.lines.first.evaluate("line => line.remove()")
    await chat.evaluate("(chat, html) => { chat.receiveLine(html) }", first)
    assert await anna.lines.evaluate_all("lines => lines.map(line => line.id)") == ["m1", "m2"]


async def test_without_a_stream_the_page_asks_for_news(anna: Visitor, bosse: Visitor) -> None:
    await anna.context.route("**/chatt/handelser*", lambda route: route.abort())
    await anna.open_chat()
    await anna.write("Får jag bygga en altan?")
    await expect(anna.lines).to_have_count(2, timeout=15_000)
    reference_button = bosse.page.get_by_role("button", name=re.compile("Ta ärendet"))
    await anna.page.locator(".chat__status").get_by_role("button").click()
    await reference_button.click()
    await expect(anna.status).to_contain_text("Du chattar med Medarbetare 1", timeout=15_000)


async def test_a_page_that_was_out_of_sight_catches_up(anna: Visitor, bosse: Visitor) -> None:
    """A telephone freezes what is out of sight; the stream is dead then, and no error says so."""
    await anna.page.clock.install()
    await anna.page.add_init_script(KEEP_STREAMS)
    await anna.open_chat()
    reference = await anna.ask_for_person()
    await bosse.page.goto(f"/desk/arenden/{reference}")
    await bosse.button("Ta ärendet").click()
    await anna.sees("har tagit över")
    await anna.page.evaluate(SET_VISIBILITY, "hidden")
    await anna.page.evaluate("window.streams.at(-1).close()")
    await anna.page.clock.fast_forward("02:00")
    await bosse.write("Skrivet medan sidan inte syntes")
    await bosse.sees("Skrivet medan sidan inte syntes")
    await expect(anna.page.get_by_text("Skrivet medan sidan inte syntes")).to_have_count(0)
    await anna.page.evaluate(SET_VISIBILITY, "visible")
    await expect(anna.page.get_by_text("Skrivet medan sidan inte syntes")).to_have_count(1)


async def test_nothing_is_lost_or_doubled_when_the_service_restarts(
    visitors: Visitors, service: RunningService, database_url: str
) -> None:
    anna, bosse = await visitors.resident(), await visitors.agent("medarbetare1")
    await anna.open_chat()
    reference = await anna.ask_for_person()
    await bosse.page.goto(f"/desk/arenden/{reference}")
    await bosse.button("Ta ärendet").click()
    await anna.sees("har tagit över")
    service.stop()
    await anna.write("Skrivet utan förbindelse")
    await expect(anna.page.get_by_text("Inte skickat än.", exact=True)).to_be_visible()
    await expect(anna.status).to_contain_text("Ingen förbindelse just nu", timeout=15_000)

    restarted = RunningService(settings_for(database_url), port=service.port)
    restarted.start()
    try:
        await bosse.page.reload()
        await bosse.write("Skrivet medan strömmen var borta")
        await expect(anna.page.get_by_text("Skrivet medan strömmen var borta")).to_have_count(1, timeout=20_000)
        await bosse.sees("Skrivet utan förbindelse")
        await expect(anna.status).to_contain_text("Du chattar med Medarbetare 1", timeout=15_000)
        shown = await anna.lines.evaluate_all("lines => lines.map(line => Number(line.dataset.seq))")
        await anna.page.reload()
        assert shown == await anna.lines.evaluate_all("lines => lines.map(line => Number(line.dataset.seq))")
        assert shown == sorted(set(shown))
        await expect(anna.page.get_by_text("Skrivet utan förbindelse")).to_have_count(1)
    finally:
        restarted.stop()


async def test_where_cookies_are_blocked_the_page_says_how_to_go_on(anna: Visitor) -> None:
    async def drop_the_cookie(route: Route) -> None:
        response = await route.fetch()
        headers = {name: value for name, value in response.headers.items() if name != "set-cookie"}
        await anna.context.clear_cookies()
        await route.fulfill(response=response, headers=headers)

    await anna.page.route("**/chatt/meddelanden", drop_the_cookie)
    await anna.open_chat()
    await anna.write("Hej")
    await expect(anna.page.get_by_role("link", name="Öppna chatten i ett eget fönster")).to_be_visible(timeout=15_000)
