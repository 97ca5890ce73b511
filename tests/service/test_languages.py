"""A resident who writes in another language is told so in it, and the desk sees which language it is."""

from pathlib import Path
from typing import Any

import html5lib
import httpx
import pytest
import yaml
from content_folder import ContentFolder
from fakes import FakeBot, reply, says
from people import Json, People, Resident, assert_problem, hand_over

from handover_api.web import markup, wording

LANGUAGES = Path(__file__).parents[2] / "data" / "languages.yml"
ARABIC = "يمكن لشخص أن يساعدك."
SWEDISH = "En människa kan hjälpa dig."


async def resident_who_wrote(people: People, text: str, **conversation: Any) -> Resident:
    resident = await people.resident(**conversation)
    await resident.write(text)
    await resident.read_until_answered()
    return resident


async def hand_over_arabic(people: People, bot: FakeBot, action_server: httpx.AsyncClient, **handover: Any) -> Resident:
    resident = await resident_who_wrote(people, "أحتاج مساعدة")
    response = await hand_over(
        action_server,
        resident,
        bot,
        **{
            "reason": "language",
            "text": f"{ARABIC}\n\n{SWEDISH}",
            "text_languages": ["ar", "sv"],
            "evidence": {"certainty": "unsure", "language": "ar"},
            **handover,
        },
    )
    assert response.status_code == 201, response.text
    return resident


async def page(people: People, path: str) -> Any:
    response = await people.agent.client.get(path)
    assert response.status_code == 200
    return html5lib.parse(response.text, namespaceHTMLElements=False)


def text_of(element: Any) -> str:
    return " ".join("".join(element.itertext()).split())


def flags(tree: Any) -> list[str]:
    return [text_of(element) for element in tree.iter("strong") if "data-language" in element.attrib]


async def test_the_resident_reads_it_in_both_languages_and_then_the_notice(
    people: People, bot: FakeBot, action_server: httpx.AsyncClient
) -> None:
    resident = await hand_over_arabic(people, bot, action_server)
    told, notice = (await resident.read())[2:]
    assert (told["author"], told["kind"], told["text"]) == ("bot", "handover", f"{ARABIC}\n\n{SWEDISH}")
    assert told["payload"]["languages"] == ["ar", "sv"]
    assert (notice["kind"], notice["payload"]["reason"]) == ("handover", "language")
    assert notice["text"].startswith("Du skriver på ett språk som jag inte kan svara på")


async def test_the_case_and_the_conversation_have_the_language(
    people: People, bot: FakeBot, action_server: httpx.AsyncClient
) -> None:
    resident = await hand_over_arabic(people, bot, action_server)
    (listed,) = await people.agent.list_cases()
    assert (listed["reason"], listed["language"], listed["priority"]) == ("language", "ar", "normal")
    case = await people.agent.get_case(listed["reference"])
    assert (case["language"], case["evidence"][0]["language"]) == ("ar", "ar")
    assert (await resident.status())["language"] == "ar"


async def test_the_desk_says_the_language_in_words(
    people: People, bot: FakeBot, action_server: httpx.AsyncClient
) -> None:
    await hand_over_arabic(people, bot, action_server)
    (listed,) = await people.agent.list_cases()
    assert flags(await page(people, "/desk")) == ["Skriver på arabiska"]
    case = await page(people, f"/desk/arenden/{listed['reference']}")
    assert flags(case) == ["Skriver på arabiska"]
    assert "Invånaren skriver på ett språk som boten inte svarar på" in text_of(case)


async def test_each_paragraph_on_the_page_says_its_language_and_its_direction(
    people: People, bot: FakeBot, action_server: httpx.AsyncClient
) -> None:
    await hand_over_arabic(people, bot, action_server)
    (listed,) = await people.agent.list_cases()
    case = await page(people, f"/desk/arenden/{listed['reference']}")
    passages = [(each.get("lang"), each.get("dir"), text_of(each)) for each in case.iter("div") if each.get("lang")]
    assert passages == [("ar", "auto", ARABIC), ("sv", "auto", SWEDISH)]
    written = [each for each in case.iter("p") if text_of(each) == "أحتاج مساعدة"]
    assert [each.get("dir") for each in written] == ["auto"]


async def test_a_swedish_case_has_no_flag(people: People) -> None:
    reference = await (await people.resident()).queue_up()
    for path in ("/desk", f"/desk/arenden/{reference}"):
        tree = await page(people, path)
        assert flags(tree) == []
        assert "Svenska" in text_of(tree)


async def test_the_conversation_has_the_language_of_the_latest_message(people: People, bot: FakeBot) -> None:
    resident = await people.resident()
    for number, (said, then) in enumerate((("en", "en"), ("sv", "sv"), (None, "sv"), ("en", "en")), start=1):
        bot.behaviour = says(reply(), language=said)
        await resident.write(f"meddelande {number}")
        await resident.read_until_answered(number)
        assert (await resident.status())["language"] == then
    # The next message is sent with the language that the conversation has now.
    await resident.write("ett till")
    await resident.read_until_answered(5)
    assert [heard.language for heard in bot.heard] == ["sv", "en", "sv", "sv", "en"]


async def test_a_resident_who_then_asks_for_a_person_brings_the_language_along(people: People, bot: FakeBot) -> None:
    bot.behaviour = says(reply(), language="en")
    resident = await resident_who_wrote(people, "where is the library")
    reference = await resident.queue_up()
    assert (await people.agent.get_case(reference))["evidence"][0]["language"] == "en"
    assert flags(await page(people, "/desk")) == ["Skriver på engelska"]


async def test_a_faint_guess_about_another_language_is_no_topic(
    people: People, bot: FakeBot, action_server: httpx.AsyncClient, published: ContentFolder
) -> None:
    assert published
    evidence: Json = {"language": "ar", "candidates": [{"topic": "radon", "confidence": 0.2}]}
    await hand_over_arabic(people, bot, action_server, topic="radon", evidence=evidence)
    (case,) = await people.agent.list_cases()
    assert (case["topic"], case["answer_group"]) == (None, "allmant")


@pytest.mark.parametrize("languages", [["arabiska på arabiska"], ["<b>"], "ar", [3]])
async def test_what_is_no_language_is_refused(
    people: People, bot: FakeBot, action_server: httpx.AsyncClient, languages: Any
) -> None:
    resident = await resident_who_wrote(people, "hej")
    response = await hand_over(action_server, resident, bot, text="a", text_languages=languages)
    assert_problem(response, 422, "invalid")


def test_the_desks_names_are_those_of_the_file() -> None:
    languages = yaml.safe_load(LANGUAGES.read_text(encoding="utf-8"))["languages"]
    assert {each["code"]: each["name"] for each in languages} == wording.LANGUAGES


def test_every_code_stands_once() -> None:
    languages = yaml.safe_load(LANGUAGES.read_text(encoding="utf-8"))["languages"]
    codes = [each["code"] for each in languages]
    assert codes == list(dict.fromkeys(codes))


def test_a_language_without_a_name_is_still_flagged() -> None:
    assert wording.writes_in("xx") == "Skriver på xx"
    assert wording.writes_in("de-AT") == "Skriver på tyska"
    assert wording.is_swedish("sv-FI")


def test_paragraphs_are_marked_only_when_each_has_a_language() -> None:
    assert markup.in_languages("<b>\n\nTvå", ["so", "sv"]) == (
        '<div lang="so" dir="auto"><p>&lt;b&gt;</p>\n</div><div lang="sv" dir="auto"><p>Två</p>\n</div>'
    )
    assert (
        markup.in_languages("Ett", ['"><script>'])
        == '<div lang="&#34;&gt;&lt;script&gt;" dir="auto"><p>Ett</p>\n</div>'
    )
    assert markup.in_languages("Ett\n\nTvå", ["sv"]) == markup.markdown("Ett\n\nTvå")
    assert markup.in_languages("Ett", []) == markup.markdown("Ett")
