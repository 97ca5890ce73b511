"""What a bot that speaks the handover protocol keeps to, tried from outside over HTTP."""

import asyncio
import json

from conformance.bot import Bot, kinds, message
from conformance.people import Json, require_status
from conformance.playing_the_service import Script
from conformance.rules import NotTriedError, Rulebook, require
from conformance.schemas import require_shape

RULES: Rulebook[Bot] = Rulebook()
rule = RULES.rule

OWN_WORDS = {"answer", "guide", "refer"}
CEILING = 2
# A bot may keep topics and articles for five seconds.
FORGOTTEN_SECONDS = 6.0
ODD_TEXTS = (
    "asdf qwer zxcv",
    "/restart",
    '/intent{"a": 1}',
    "<script>alert(1)</script>",
    "'; DROP TABLE messages; --",
    "😀😀😀",
    "مرحبا",
    "\u200b\u200d",
    "{{ text }} %s {0}",
    "a" * 4000,
    "1",
)


@rule("HP-201", "A bot that is ready says which model it answers with, to whoever asks.")
async def tells_its_health(bot: Bot) -> None:
    response = await bot.health()
    require_status(response, 200)
    require(response.json().get("model_version"), "it does not say which model")


@rule("HP-202", "Without the right token nothing is done.")
async def wants_its_token(bot: Bot) -> None:
    body = message(bot.person)
    for path in ("turns", "readings"):
        require_status(await bot.post(path, json=body, headers={}), 401)
        require_status(await bot.post(path, json=body, headers={"Authorization": "Bearer wrong"}), 401)
    require(not bot.service.handovers(body["conversation_id"]), "it asked for a person all the same")


@rule("HP-203", "A body of another shape is refused with 422, and never met with an error of the bot's own.")
async def refuses_other_shapes(bot: Bot) -> None:
    whole = message("Hej")
    spoiled: list[object] = [
        {name: value for name, value in whole.items() if name != missing}
        for missing in ("conversation_id", "message_id", "text")
    ]
    spoiled += [{**whole, "text": 1}, {**whole, "conversation_id": "inte ett id"}, {**whole, "message_id": None}]
    spoiled += [{**whole, "choice": 7}, [], "text", None]
    for body in spoiled:
        require_status(await bot.post("turns", json=body), 422)
        require_status(await bot.post("readings", json=body), 422)
    for content in (b"", b"{", b"\xff\xfe", json.dumps(whole).encode()[:-1]):
        response = await bot.post("turns", content=content)
        require_status(response, 422)


@rule("HP-204", "Whatever is written, a turn is answered in the protocol's shape, with something to say.")
async def answers_everything(bot: Bot) -> None:
    for text in ODD_TEXTS:
        await bot.turn(message(text))


@rule("HP-205", "Text that begins with a slash is text.")
async def a_slash_is_text(bot: Bot) -> None:
    conversation = message("Hej")["conversation_id"]
    await bot.turn(message(bot.question, conversation_id=conversation))
    answer = await bot.turn(message("/restart", conversation_id=conversation))
    require(answer["replies"], "it was taken as a command")


@rule("HP-206", "What the bot says in its own words is never above ROSA level 2, whatever the article says of itself.")
async def keeps_below_the_ceiling(bot: Bot) -> None:
    answer = await bot.turn(message(bot.question))
    require(OWN_WORDS & set(kinds(answer)), f"the question was met with {', '.join(kinds(answer))}")
    bot.service.script = Script(article={"rosa_level": CEILING + 1})
    await _until_forgotten()
    answer = await bot.turn(message(bot.question))
    for reply in answer["replies"]:
        level = reply.get("rosa_level") or 0
        require(reply["kind"] not in OWN_WORDS or level <= CEILING, f"it said level {level} in its own words")


@rule("HP-207", "A message that is sent again is answered again, and has no second effect.")
async def repeats_without_effect(bot: Bot) -> None:
    asking = message(bot.person)
    first, again = await bot.turn(asking), await bot.turn(asking)
    require(kinds(first) == kinds(again), f"first {', '.join(kinds(first))}, then {', '.join(kinds(again))}")
    asked = bot.service.handovers(asking["conversation_id"])
    require({body["message_id"] for body in asked} == {asking["message_id"]}, "it asked with another message's id")
    references = {reply["case_reference"] for answer in (first, again) for reply in answer["replies"]}
    require(len(references) == 1, "the two answers name different cases")


@rule("HP-208", "Whoever asks for a person gets one: the bot asks the service, with evidence, and names the case.")
async def asks_for_a_person(bot: Bot) -> None:
    asking = message(bot.person)
    answer = await bot.turn(asking)
    asked = bot.service.handovers(asking["conversation_id"])
    require(asked, "it did not ask the service for a person")
    for body in asked:
        require_shape("handover-request", body)
        require(body["message_id"] == asking["message_id"], "it asked with another message's id")
    _require_true_promise(bot, asking, answer)
    require("handover" in kinds(answer), f"it answered with {', '.join(kinds(answer))}")


@rule("HP-209", "A handover is promised only when the service has made a case.")
async def promises_only_what_is_done(bot: Bot) -> None:
    bot.service.script = Script(is_down=True)
    asking = message(bot.person)
    response = await bot.post("turns", json=asking)
    require_status(response, 200, 500)
    if response.is_success:
        require_shape("turn", response.json())
        _require_true_promise(bot, asking, response.json())


@rule("HP-210", "When a person has the conversation already, the bot that asked for one names no case.")
async def is_quiet_when_a_person_is_there(bot: Bot) -> None:
    bot.service.script = Script(is_taken=True)
    asking = message(bot.person)
    response = await bot.post("turns", json=asking)
    require_status(response, 200, 500)
    if response.is_success:
        named = [reply.get("case_reference") for reply in response.json()["replies"]]
        require(not any(named), "it names a case that does not exist")


@rule("HP-211", "A missing or outdated article is never answered from; a person is asked for instead.")
async def does_not_answer_from_nothing(bot: Bot) -> None:
    await bot.turn(message(bot.question))
    for status in (404, 410):
        bot.service.script = Script(article_status=status)
        await _until_forgotten()
        asking = message(bot.question)
        answer = await bot.turn(asking)
        require(not OWN_WORDS & set(kinds(answer)), f"it answered although the article's status is {status}")
        _require_true_promise(bot, asking, answer)


@rule("HP-212", "A reading understands, and has no effect: nobody is asked for, and nothing is remembered.")
async def reads_without_effect(bot: Bot) -> None:
    conversation = message("Hej")["conversation_id"]
    for text in (bot.person, *ODD_TEXTS):
        answer = await bot.reading(message(text, conversation_id=conversation))
        require("replies" not in answer, "a reading came with replies")
    require(not bot.service.handovers(conversation), "a reading asked for a person")


@rule("HP-213", "Turns of many conversations at the same time are each answered with their own message's id.")
async def keeps_conversations_apart(bot: Bot) -> None:
    await asyncio.gather(*(bot.turn(message(text)) for text in ("Hej", bot.person, "Tack", "Hur mår du?") * 3))


@rule("HP-214", "A button's topic is chosen: the bot does not doubt it.")
async def takes_a_choice(bot: Bot) -> None:
    first = await bot.turn(message(bot.question))
    topic = next((reply["topic"] for reply in first["replies"] if reply.get("topic")), None)
    if topic is None:
        raise NotTriedError("the answer to the question names no topic")
    answer = await bot.turn(message("Det där", choice=topic))
    certainty = answer["understanding"]["certainty"]
    require(certainty == "chosen", f"it was {certainty}")


def _require_true_promise(bot: Bot, asking: Json, answer: Json) -> None:
    """That a handover is spoken of if, and only if, there is a case."""
    reference = bot.service.reference_of(asking["message_id"])
    for reply in answer["replies"]:
        if reply["kind"] in {"handover", "urgent"}:
            require(reference is not None, "it promises a person, and the service knows of no case")
            require(reply.get("case_reference") == reference, "it names another case than the service made")


async def _until_forgotten() -> None:
    await asyncio.sleep(FORGOTTEN_SECONDS)
