"""What people can paste: it is shown as text, never runs, and moves nothing on the page."""

import pytest
from playwright.async_api import Locator, expect
from visitor import NARROW, Visitor, Visitors

from handover_api.rules.message import MAX_CHARACTERS, clean_text

ENORMOUS = 100_000
HOSTILE = {
    "script": '<script>window.isHacked = true</script><img src=x onerror="window.isHacked = true">',
    "markup": "</p></li></ol><h1>Annat</h1><style>* { display: none }</style><!-- &lt;b&gt; {{ 7 * 7 }} {% raw %}",
    "template": "<template><svg onload='window.isHacked = true'></svg></template><iframe srcdoc='x'></iframe>",
    "override": "Hej \u202eetxet dnäv\u202c och \u2067isolerat \u202b",
    "unclosed": "\u202e\u2066\u2067\u202d" * 20 + "slut",
    "zero-width": "by\u200bgg\u00adlov\u2060 och\ufeff tak\u200d",
    "zalgo": "z\u0300\u0301\u0302\u0303\u0304\u0305\u0306\u0307\u0308" * 30,
    "long-word": "Donaudampfschiffahrts" * 60,
    "address": "https://kommun.example/" + "mycket-lang-adress-" * 40,
    "emoji": "👨‍👩‍👧‍👦🏳️‍🌈🇸🇪" * 40,
    "right-to-left": "مرحبا، كيف الحال؟ שלום 123 (abc)",
    "controls": "a\x00b\x1b[31mc\x07\x85d\u2028e",
    "lines": "\n".join("rad" for _ in range(60)),
}
# A word that stands before what is pasted, so that an empty one is something too.
BEFORE = "Inklistrat: "

NOTHING_HAS_RUN = """() => window.isHacked === undefined && !document.querySelector(
  ":is(.message__text, .own-case__text) :is(script, img, style, iframe, svg, h1, template)")"""
# Where each line's words, its speaker and its time are, and whether anything lies outside the page.
PLACES = """lines => lines.map((line) => {
  const box = (selector) => line.querySelector(selector).getBoundingClientRect();
  const [speaker, time, text] = [box(".message__speaker"), box("time"), box(".message__text")];
  return {
    isMetaFirst: Math.max(speaker.bottom, time.bottom) <= text.top + 1,
    isSpeakerFirst: speaker.left < time.left || speaker.top < time.top,
    isInside: text.left >= -1 && text.right <= innerWidth + 1,
    top: line.getBoundingClientRect().top,
    direction: getComputedStyle(line.querySelector(".message__meta")).direction,
  };
})"""


async def assert_in_place(visitor: Visitor, lines: Locator) -> None:
    places = await lines.evaluate_all(PLACES)
    assert places
    for place in places:
        assert place["isMetaFirst"]
        assert place["isSpeakerFirst"]
        assert place["isInside"]
        assert place["direction"] == "ltr"
    assert [place["top"] for place in places] == sorted(place["top"] for place in places)
    assert not await visitor.scrolls_sideways()
    assert await visitor.page.evaluate(NOTHING_HAS_RUN)


def words(text: str) -> list[str]:
    return clean_text(text).split()


async def test_what_is_pasted_is_text_on_every_page(visitors: Visitors) -> None:
    anna = await visitors.resident(viewport=NARROW)
    bosse = await visitors.agent("medarbetare1", viewport=NARROW)
    await anna.open_chat()
    reference = await anna.ask_for_person()
    await bosse.page.goto(f"/desk/arenden/{reference}")
    await bosse.button("Ta ärendet").click()
    await anna.sees("har tagit över")
    for count, pasted in enumerate(HOSTILE.values()):
        await anna.write(BEFORE + pasted)
        await expect(bosse.lines).to_have_count(2 * count + 3)
        await bosse.write(BEFORE + pasted)
        await expect(anna.lines).to_have_count(2 * count + 4)

    for visitor in (anna, bosse):
        texts = await visitor.lines.locator(".message__text > p, .message__text > div").all_text_contents()
        said = [text.replace(" (öppnas i en ny flik)", "").split() for text in texts if text.strip().startswith(BEFORE)]
        assert said == [words(BEFORE + pasted) for pasted in HOSTILE.values() for _ in range(2)]
        await assert_in_place(visitor, visitor.lines)
        await visitor.page.reload()
        await assert_in_place(visitor, visitor.lines)
        await visitor.assert_accessible()

    await anna.page.goto("/chatt/mitt-arende")
    for pasted in HOSTILE.values():
        await bosse.write(BEFORE + pasted)
        await expect(bosse.page.locator("[data-pending]")).to_have_count(0)
        await anna.page.reload()
        latest = anna.page.get_by_role("region", name="Senaste svaret").locator("li.message")
        assert (await latest.locator(".message__text").inner_text()).split()[:2] == words(BEFORE + pasted)[:2]
        await assert_in_place(anna, latest)


async def test_what_is_being_sent_moves_nothing_either(visitors: Visitors) -> None:
    anna = await visitors.resident(viewport=NARROW)
    await anna.open_chat()
    await anna.page.route("**/chatt/meddelanden", lambda route: route.abort())
    for pasted in HOSTILE.values():
        await anna.write(BEFORE + pasted)
    await expect(anna.button("Försök igen")).to_have_count(len(HOSTILE))
    assert not await anna.scrolls_sideways()
    assert await anna.page.evaluate(NOTHING_HAS_RUN)


@pytest.mark.parametrize("has_script", [True, False])
async def test_an_enormous_paste_is_refused_in_plain_words_and_kept(visitors: Visitors, has_script: bool) -> None:  # noqa: FBT001 - a parameter of the test
    anna = await visitors.resident(viewport=NARROW, java_script_enabled=has_script)
    text = "å" * ENORMOUS
    await anna.open_chat()
    await anna.write(text)
    await expect(anna.page.locator("[data-error]")).to_contain_text(f"högst {MAX_CHARACTERS} tecken")
    assert await anna.field.input_value() == text
    await expect(anna.lines).to_have_count(0)
    assert not await anna.scrolls_sideways()
    if has_script:
        await anna.page.reload()
        assert await anna.field.input_value() == text
    await anna.write("Kort i stället")
    await expect(anna.page.get_by_text("Kort i stället").first).to_be_visible()


async def test_an_enormous_addition_to_the_case_is_refused_and_kept(visitors: Visitors) -> None:
    anna = await visitors.resident(viewport=NARROW)
    await anna.open_chat()
    await anna.ask_for_person()
    await anna.page.goto("/chatt/mitt-arende")
    text = "å" * ENORMOUS
    await anna.field.fill(text)
    await anna.button("Skicka").click()
    await expect(anna.page.get_by_role("alert")).to_contain_text(f"högst {MAX_CHARACTERS} tecken")
    assert await anna.field.input_value() == text
    assert not await anna.scrolls_sideways()
    assert await anna.violations() == []


async def test_a_text_that_looks_like_nothing_is_not_sent(anna: Visitor) -> None:
    await anna.open_chat()
    for nothing in ("\u200b\u200d", "\u3164", "\u202e \u2060"):
        await anna.write(nothing)
        await expect(anna.page.locator("[data-error]")).to_contain_text("Skriv något först")
        await expect(anna.lines).to_have_count(0)
        await anna.field.fill("")
