"""Whatever is sent in: a clear error in Swedish, nothing lost, nothing executed, nothing repeated."""

import json

import httpx
import pytest
from fakes import FakeBot
from people import People, Resident, assert_problem, said_by

from handover_api.problems import MAX_BODY_BYTES

CANARY = "kanariefågeln"


async def post_raw(
    people: People, resident: Resident, content: bytes, content_type: str | None = "application/json"
) -> httpx.Response:
    headers = {**resident.headers, **({"content-type": content_type} if content_type else {})}
    return await people.connect().post(f"{resident.path}/messages", content=content, headers=headers)


async def test_a_text_with_nothing_to_read_is_refused(people: People) -> None:
    resident = await people.resident()
    for text in ("", " ", "\n\t ", "\u200b\u200d", "\x00\x07", "\u202e"):
        assert_problem(await resident.write(text), 422, "text_empty")
    assert await resident.read() == []


async def test_a_refused_text_does_not_use_up_its_client_id(people: People) -> None:
    resident = await people.resident()
    assert_problem(await resident.write("", client_id="a"), 422, "text_empty")
    assert (await resident.write("Hej", client_id="a")).json() == {"seq": 1}


async def test_a_message_may_be_nothing_but_emoji(people: People) -> None:
    resident = await people.resident()
    texts = ["👍", "👨‍👩‍👧‍👦", "?"]
    for text in texts:
        assert (await resident.write(text)).status_code == 202
    assert said_by("resident", await resident.read()) == texts


async def test_ten_thousand_characters_are_too_many_and_the_resident_is_told_the_limit(people: People) -> None:
    resident = await people.resident()
    problem = assert_problem(await resident.write("å" * 10_000), 422, "text_too_long")
    assert problem["max_characters"] == 4000
    assert "4000 tecken" in problem["detail"]
    assert await resident.read() == []


async def test_the_longest_text_is_stored_whole(people: People) -> None:
    resident = await people.resident()
    text = "å" * 4000
    assert (await resident.write(text)).status_code == 202
    assert said_by("resident", await resident.read()) == [text]


async def test_control_characters_are_cleaned_away(people: People) -> None:
    resident = await people.resident()
    await resident.write("  a\x00b\x1b[31mc\r\nd\u202ee  ")
    assert said_by("resident", await resident.read()) == ["ab[31mc\nde"]


async def test_code_is_text(people: People) -> None:
    resident = await people.resident()
    texts = [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "&lt;b&gt; & \"citat\" 'apostrof'",
        "'; DROP TABLE messages; --",
        "{{ 7 * 7 }} ${7*7} %s %(text)s",
        "/restart",
        '/topic{"x": 1}',
    ]
    for text in texts:
        assert (await resident.write(text)).status_code == 202
    messages = await resident.read_until_answered(times=len(texts))
    assert said_by("resident", messages) == texts
    assert said_by("bot", messages) == [f"Svar på: {text}" for text in texts]


WRONG_SHAPES: list[object] = [
    {"client_id": "a"},
    {"text": CANARY},
    {"client_id": "", "text": CANARY},
    {"client_id": "å", "text": CANARY},
    {"client_id": "a b", "text": CANARY},
    {"client_id": "a" * 101, "text": CANARY},
    {"client_id": "a\n", "text": CANARY},
    {"client_id": 1, "text": CANARY},
    {"client_id": "a", "text": [CANARY]},
    {"client_id": "a", "text": None},
    {"client_id": "a", "text": CANARY, "choice": f"../{CANARY}"},
    {"client_id": "a", "text": CANARY * 10_000},
    [CANARY],
    CANARY,
]
NOT_JSON = [
    (b"", 422, "invalid"),
    (b"{bad" + CANARY.encode(), 422, "invalid"),
    (b'{"client_id": "a", "text": NaN}', 422, "invalid"),
    (b'{"client_id": "a", "text": "\\ud800"}', 422, "invalid"),
    (b'{"client_id": "a", "text": "\xff"}', 400, "unreadable"),
    (b'{"client_id": "a", "text": ' + b"9" * 5000 + b"}", 400, "unreadable"),
    (b"[" * 100_000, 400, "unreadable"),
]
OTHER_CONTENT_TYPES = ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", None]


async def test_a_body_of_the_wrong_shape_is_refused_and_not_repeated(people: People) -> None:
    resident = await people.resident()
    for body in WRONG_SHAPES:
        response = await post_raw(people, resident, json.dumps(body).encode())
        assert_problem(response, 422, "invalid")
        assert CANARY not in response.text
    assert await resident.read() == []


async def test_what_is_not_json_is_refused(people: People) -> None:
    resident = await people.resident()
    for content, status, code in NOT_JSON:
        response = await post_raw(people, resident, content)
        assert_problem(response, status, code)
        assert CANARY not in response.text
    assert await resident.read() == []


async def test_another_content_type_is_refused(people: People) -> None:
    """A form on another site can only send these types; JSON it cannot send."""
    resident = await people.resident()
    for content_type in OTHER_CONTENT_TYPES:
        response = await post_raw(people, resident, b'{"client_id": "a", "text": "Hej"}', content_type)
        assert_problem(response, 422, "invalid")
    assert await resident.read() == []


async def test_a_huge_body_is_refused_before_it_is_read(people: People) -> None:
    resident = await people.resident()
    assert_problem(await post_raw(people, resident, b" " * (MAX_BODY_BYTES + 1)), 413, "too_large")


async def test_a_body_without_a_stated_size_is_refused(people: People) -> None:
    async def endless() -> object:
        yield b" "

    resident = await people.resident()
    response = await people.connect().post(
        f"{resident.path}/messages",
        content=endless(),
        headers={**resident.headers, "transfer-encoding": "chunked"},
    )
    assert_problem(response, 411, "length_required")


async def test_a_language_that_is_none_is_refused(people: People) -> None:
    for language in ("", "svenska på svenska", "s", "sv_SE", "<b>", "sv-" + "x" * 40, None):
        response = await people.connect().post("/api/conversations", json={"language": language})
        assert_problem(response, 422, "invalid")


async def test_an_address_that_is_none_is_refused(people: People) -> None:
    resident = await people.resident()
    client = people.connect()
    assert_problem(await client.get("/api/conversations/ett", headers=resident.headers), 422, "invalid")
    assert_problem(await client.get("/api/finns-inte"), 404, "not_found")
    assert_problem(await client.delete(resident.path, headers=resident.headers), 405, "method_not_allowed")
    assert_problem(await client.get("/api/finns-inte", headers={"accept": "text/html"}), 404, "not_found")


async def test_a_zero_byte_is_no_reason_to_break_down(people: People, action_server: httpx.AsyncClient) -> None:
    agent = people.agent.client
    reference = await (await people.resident()).queue_up()
    await people.agent.claim(reference)
    for response in (
        await agent.get("/api/cases/a%00b"),
        await agent.post("/api/cases/a%00b/claim"),
        await action_server.get("/internal/articles/a%00b"),
    ):
        assert_problem(response, 404, "not_found")
    assert_problem(await people.agent.close(reference, "a\x00b"), 422, "invalid")
    name = {"username": "a\x00b", "password": "x"}
    assert_problem(await agent.post("/api/session", json=name), 401, "wrong_credentials")


@pytest.mark.parametrize(
    "unstorable",
    [
        '"text": "a\\u0000b"',
        '"evidence": {"model_version": "a\\u0000b"}',
        '"evidence": {"articles_tried": ["radon", "\\u0000"]}',
        '"evidence": {"candidates": [{"topic": "a\\u0000b", "confidence": 0.4}]}',
        '"evidence": {"candidates": [{"a\\u0000b": [{"c": "d"}]}]}',
        '"evidence": {"candidates": [{"topic": "\\ud800"}]}',
        '"evidence": {"candidates": [{"confidence": 1e999}]}',
        '"evidence": {"threshold": NaN}',
    ],
)
async def test_what_the_action_server_sends_is_refused_when_it_cannot_be_stored(
    people: People, action_server: httpx.AsyncClient, bot: FakeBot, unstorable: str
) -> None:
    resident = await people.resident()
    await resident.write("en fråga")
    await resident.read_until_answered()
    heard = bot.heard[-1]
    ids = f'"conversation_id": "{heard.conversation_id}", "message_id": "{heard.message_id}"'
    response = await action_server.post(
        "/internal/handovers",
        content=f'{{{ids}, "reason": "unsure", {unstorable}}}',
        headers={"content-type": "application/json"},
    )
    assert_problem(response, 422, "invalid")
    assert (await resident.status())["state"] == "with_bot"


async def test_half_a_character_is_no_reason_to_break_down(people: People) -> None:
    resident = await people.resident()
    half = b'"\\ud800"'
    for path, content in [
        ("/api/session", b'{"username": ' + half + b', "password": "x"}'),
        ("/api/session", b'{"username": "agent", "password": ' + half + b"}"),
        ("/api/conversations", b'{"continues": "%s", "continues_token": %s}' % (resident.id.encode(), half)),
    ]:
        response = await people.connect().post(path, content=content, headers={"content-type": "application/json"})
        assert_problem(response, 422, "invalid")
