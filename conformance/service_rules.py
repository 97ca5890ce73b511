"""What a service that speaks the handover protocol keeps to, tried from outside over HTTP."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from functools import partial
from typing import Any
from uuid import uuid4

import httpx

from conformance.people import Json, Resident, require_conflict, require_problem, require_status
from conformance.playing_the_bot import (
    Answer,
    Held,
    answer_to,
    echo,
    in_turn,
    reply,
    turn,
)
from conformance.rules import NotTriedError, Rulebook, require
from conformance.schemas import require_shape, transitions
from conformance.service import Service, said_by

RULES: Rulebook[Service] = Rulebook()
rule = RULES.rule

AT_ONCE = 20
LEAST_TOKEN_CHARACTERS = 32
OWN_WORDS = {"answer", "guide", "refer", "clarify", "chat"}


# Beginning, and who may read.


@rule("HP-101", "A conversation begins with the bot, and its resident gets an id and a token.")
async def begins_with_the_bot(service: Service) -> None:
    response = await service.anyone.post("/api/conversations", json={})
    require_status(response, 201)
    begun = response.json()
    require(begun["state"] == "with_bot", f"it began in the state {begun['state']}")
    resident = await service.begin()
    require(len(resident.token) >= LEAST_TOKEN_CHARACTERS, "the token is short enough to guess")
    require(resident.token != begun["token"], "two conversations have the same token")
    require((await resident.status())["state"] == "with_bot", "the status says another state")


@rule("HP-102", "Without a token nothing is read; a wrong token and an unknown conversation look alike.")
async def another_token_finds_nothing(service: Service) -> None:
    own, other = await service.begin(), await service.begin()
    for path in (own.path, f"{own.path}/messages"):
        require_problem(await service.anyone.get(path), 401)
    wrong = await service.anyone.get(own.path, headers=other.headers)
    unknown = await service.anyone.get(f"/api/conversations/{uuid4()}", headers=other.headers)
    codes = {require_problem(each, 404)["code"] for each in (wrong, unknown)}
    require(len(codes) == 1, f"they answer with different codes: {', '.join(sorted(codes))}")


@rule("HP-103", "The desk does not exist for residents, nor for whoever has not signed in.")
async def the_desk_is_closed_to_others(service: Service) -> None:
    resident, reference = await service.begin_in_queue()
    for headers in ({}, resident.headers):
        response = await service.anyone.get(f"/api/cases/{reference}", headers=headers)
        require(response.status_code in {401, 404}, f"reading a case answered {response.status_code}")
        claimed = await service.anyone.post(f"/api/cases/{reference}/claim", json={}, headers=headers)
        require(claimed.status_code in {401, 404}, f"claiming answered {claimed.status_code}")
    require((await service.agent.case(reference))["state"] == "waiting", "the case was changed by a stranger")


@rule("HP-104", "The internal API does not exist without its token.")
async def internal_is_hidden(service: Service) -> None:
    body = {"conversation_id": str(uuid4()), "message_id": str(uuid4()), "reason": "unsure"}
    require_status(await service.anyone.post("/internal/handovers", json=body), 404)
    headers = {"Authorization": "Bearer wrong-token-of-the-kit"}
    require_status(await service.anyone.post("/internal/handovers", json=body, headers=headers), 404)


# Messages: numbered without gaps, and once.


@rule("HP-110", "A message that is sent again is stored once and answered with the same number, also at the same time.")
async def a_retry_has_no_second_effect(service: Service) -> None:
    resident = await service.begin()
    client_id = str(uuid4())
    seqs = set(await asyncio.gather(*(resident.write("Samma", client_id=client_id) for _ in range(AT_ONCE))))
    seqs.add(await resident.write("Samma", client_id=client_id))
    require(len(seqs) == 1, f"the same message got the numbers {sorted(seqs)}")
    stored = [each for each in await resident.read() if each["text"] == "Samma"]
    require(len(stored) == 1, f"it was stored {len(stored)} times")


@rule("HP-111", "A client id that was used for one text is refused for another, and the first text stays.")
async def a_client_id_belongs_to_one_text(service: Service) -> None:
    resident = await service.begin()
    seq = await resident.write("Den första", client_id="ett")
    require_problem(await resident.send("Den andra", client_id="ett"), 409, "client_id_reused")
    texts = [each["text"] for each in said_by("resident", await resident.read())]
    require(texts == ["Den första"], f"{len(texts)} texts are stored, or another one")
    require(await resident.write("Den första", client_id="ett") == seq, "the first text lost its number")


@rule("HP-112", "Messages that are sent at the same time are all stored, and numbered from 1 without gaps.")
async def numbers_have_no_gaps(service: Service) -> None:
    resident = await service.begin()
    seqs = await asyncio.gather(*(resident.write(f"Nummer {number}") for number in range(AT_ONCE)))
    require(len(set(seqs)) == AT_ONCE, "two messages share a number")
    await resident.read_until_answered(max(seqs))
    messages = await resident.read()
    for message in messages:
        require_shape("message", message)
    _require_gapless(messages)
    require(len({each["text"] for each in said_by("resident", messages)}) == AT_ONCE, "a message is missing")


@rule("HP-113", "`after` gives exactly the messages with a higher number, in order.")
async def reading_goes_on_after_a_number(service: Service) -> None:
    resident = await service.begin()
    for number in range(5):
        await resident.write(f"Nummer {number}")
    everything = await resident.read_until_answered(5)
    for after in (0, 1, 3, everything[-1]["seq"]):
        rest = [each["seq"] for each in await resident.read(after) if each["seq"] <= everything[-1]["seq"]]
        expected = [each["seq"] for each in everything if each["seq"] > after]
        require(rest == expected, f"after {after} came {rest}, not {expected}")


@rule("HP-114", "The event stream goes on after `Last-Event-ID`: exactly the rest, each message once.")
async def the_stream_resumes(service: Service) -> None:
    resident = await service.begin()
    for number in range(4):
        await resident.write(f"Nummer {number}")
    everything = [each["seq"] for each in await resident.read_until_answered(4)]
    for last in (0, 2, everything[-2]):
        expected = [seq for seq in everything if seq > last]
        streamed: list[int] = []
        async with asyncio.timeout(service.access.patience_seconds):
            async for message in resident.stream(last):
                streamed.append(message["seq"])
                if len(streamed) == len(expected):
                    break
        require(streamed == expected, f"after {last} the stream gave {streamed}, not {expected}")


@rule("HP-115", "A text that cannot be stored is refused with a reason, and nothing of it is stored.")
async def unusable_texts_are_refused(service: Service) -> None:
    resident = await service.begin()
    require_problem(await resident.send(" \n\t"), 422, "text_empty")
    require_problem(await resident.send("å" * 4001), 422, "text_too_long")
    require_problem(await resident.send("Hej", client_id="inte ett id!"), 422)
    require(await resident.read() == [], "something was stored")


# Asking for a person.


@rule(
    "HP-120", "Whoever asks for a person waits in the queue with a reference and a place, and the desk sees the case."
)
async def asking_for_a_person_queues(service: Service) -> None:
    resident = await service.begin()
    await resident.write("Jag vill prata med någon")
    reference = await service.queue_up(resident)
    status = await resident.status()
    require(status["state"] == "waiting", f"the state is {status['state']} (is the desk open?)")
    require(status["queue_position"] >= 1, "there is no place in the queue")
    case = await service.agent.case(reference)
    require(case["state"] == "waiting", f"the case is {case['state']}")
    require(case["conversation_id"] == resident.id, "the case is another conversation's")
    require(any(each["text"] == "Jag vill prata med någon" for each in case["messages"]), "the desk cannot read it")
    require(case["evidence"], "the case says nothing of why")


@rule("HP-121", "Asking for a person again, also many times at once, makes no second case.")
async def asking_again_changes_nothing(service: Service) -> None:
    resident = await service.begin()
    references = set(await asyncio.gather(*(service.queue_up(resident) for _ in range(AT_ONCE))))
    references.add(await service.queue_up(resident))
    require(len(references) == 1, f"one resident has {len(references)} cases")


@rule("HP-122", "While a person is waited for, the bot answers nothing but danger, unless it is asked.")
async def the_bot_is_silent_in_the_queue(service: Service) -> None:
    resident, _ = await service.begin_in_queue()
    await _require_silent_bot(service, resident, "waiting")


@rule("HP-123", "A reply that the bot is working on when a person is asked for never reaches the resident.")
async def a_late_reply_is_dropped_in_the_queue(service: Service) -> None:
    held = Held()
    resident = await service.begin(held)
    await resident.write("En fråga")
    await _reached(service, held)
    await service.queue_up(resident)
    await _require_dropped(service, resident, held)


@rule("HP-124", "A reply that the bot is working on when an agent takes over never reaches the resident.")
async def a_late_reply_is_dropped_after_a_claim(service: Service) -> None:
    held = Held()
    resident = await service.begin(held)
    await resident.write("En fråga")
    await _reached(service, held)
    reference = await service.queue_up(resident)
    await service.agent.claim(reference)
    await _require_dropped(service, resident, held)


@rule("HP-125", "A bot that asks for a person twice because of one message makes one case.")
async def a_handover_happens_once(service: Service) -> None:
    async with _working_on_a_message(service) as (resident, message_id):
        responses = await asyncio.gather(*(service.hand_over(resident, message_id) for _ in range(5)))
    for response in responses:
        require_status(response, 200, 201)
        require_shape("handover-created", response.json())
    made = [response for response in responses if response.status_code == httpx.codes.CREATED]
    require(len(made) == 1, f"{len(made)} of the calls were answered 201")
    references = {response.json()["case_reference"] for response in responses}
    require(len(references) == 1, f"{len(references)} cases were made")
    told = [each for each in said_by("system", await resident.read()) if each["kind"] == "handover"]
    require(len(told) == 1, f"the resident was told {len(told)} times")


@rule("HP-126", "A bot that asks for a person when one is there already is told so, and nothing changes.")
async def a_handover_comes_too_late(service: Service) -> None:
    async with _working_on_a_message(service) as (resident, message_id):
        reference = await service.queue_up(resident)
        case = await service.agent.claim(reference)
        conflict = require_problem(await service.hand_over(resident, message_id), 409, "not_with_bot")
    require(conflict["state"] == "with_agent", f"the conflict says {conflict.get('state')}")
    require((await service.agent.case(reference))["version"] == case["version"], "the case was changed")


@rule("HP-127", "A handover for a message that is not the resident's in that conversation is refused.")
async def a_handover_needs_its_message(service: Service) -> None:
    resident = await service.begin()
    response = await service.hand_over(resident, str(uuid4()))
    require_problem(response, 422)
    require((await resident.status())["state"] == "with_bot", "the conversation was moved")
    missing = await service.hand_over(Resident(service.anyone, {"id": uuid4(), "token": ""}, 0), str(uuid4()))
    require_problem(missing, 404)


@rule("HP-128", "A bot that asks whether a person can answer is told of the case's own group, and how it stands now.")
async def availability_is_told(service: Service) -> None:
    unknown = await service.availability()
    await service.agent.be("available")
    staffed = await service.availability(answer_group=unknown["answer_group"])
    require(staffed["answer_group"] == unknown["answer_group"], "another group was told of than was asked about")
    require(staffed["agents_present"] > 0, "an agent who is at the desk is not counted")
    require(
        staffed["is_staffed"] == staffed["is_open"], "the group is open and has an agent, and is not called staffed"
    )
    await service.agent.be("on_break")
    on_break = await service.availability(answer_group=unknown["answer_group"])
    require(on_break["agents_present"] < staffed["agents_present"], "an agent who has a break is counted")
    await service.agent.leave()


@rule("HP-129", "A resident who waits may ask the bot: it answers, and the place in the queue is kept.")
async def the_bot_may_be_asked_while_waiting(service: Service) -> None:
    resident, reference = await service.begin_in_queue()
    service.bot.behaves(resident.id, echo)
    before = await service.agent.case(reference)
    require_status(await resident.send("Till boten", to="bot"), 202)
    await resident.read_until(lambda read: answer_to("Till boten") in _texts(said_by("bot", read)), "the bot's answer")
    require((await resident.status())["state"] == "waiting", "the resident does not wait any longer")
    after = await service.agent.case(reference)
    kept = ("state", "owner", "waiting_since", "version")
    require(all(after[each] == before[each] for each in kept), "the case was changed")


# What a service makes of its bot.


@rule("HP-130", "Each message gets its own answer, one at a time and in the order of the messages.")
async def answers_come_in_order(service: Service) -> None:
    resident = await service.begin(echo)
    texts = [f"Fråga {number}" for number in range(6)]
    for text in texts:
        await resident.write(text)
    messages = await resident.read_until(lambda read: len(said_by("bot", read)) >= len(texts), "six answers")
    answers = [each["text"] for each in said_by("bot", messages)]
    require(answers == [answer_to(text) for text in texts], "the answers came in another order, or not once each")
    require(service.bot.most_at_once(resident.id) == 1, "the bot was asked two things at the same time")


@rule(
    "HP-131", "A bot that fails and then answers is asked again with the same message id, and its answer stored once."
)
async def a_failing_bot_is_asked_again(service: Service) -> None:
    resident = await service.begin(in_turn(lambda _: (500, {"code": "turn_failed"}), echo))
    await resident.write("Fråga")
    messages = await resident.read_until_answered(1)
    require([each["text"] for each in said_by("bot", messages)] == [answer_to("Fråga")], "not exactly one answer came")
    heard = service.bot.heard(resident.id)
    require(len(heard) == 2 and len({each.message_id for each in heard}) == 1, "the message id changed")  # noqa: PLR2004 - one attempt failed, one did not


@rule("HP-132", "When the bot does not answer at all, the resident is told so and offered a person.")
async def a_dead_bot_is_told(service: Service) -> None:
    resident = await service.begin(lambda _: (500, {"code": "turn_failed"}))
    await resident.write("Fråga")
    _require_told_of_failure(await resident.read_until_answered(1))


@rule("HP-133", "A bot's own words above ROSA level 2, or without a level, are never shown.")
async def the_ceiling_holds(service: Service) -> None:
    for level in (3, None):
        resident = await service.begin(partial(_answer_at_level, level))
        await resident.write("Fråga")
        _require_told_of_failure(await resident.read_until_answered(1))


@rule("HP-134", "A bot that says that it has handed over, and has not, is not believed.")
async def an_empty_promise_is_not_passed_on(service: Service) -> None:
    resident = await service.begin(lambda body: turn(body, reply("handover", None, case_reference="2026-999999")))
    await resident.write("Fråga")
    _require_told_of_failure(await resident.read_until_answered(1))
    require((await resident.status())["state"] == "with_bot", "the conversation was moved without a case")


@rule("HP-135", "An answer of another shape, or to another message, is never shown.")
async def a_wrong_answer_is_not_shown(service: Service) -> None:
    def to_another(body: Json) -> Answer:
        return turn(body, reply("answer", "Till någon annan"), message_id=str(uuid4()))

    async def heard_out(behaviour: Any) -> None:
        resident = await service.begin(behaviour)
        await resident.write("Fråga")
        _require_told_of_failure(await resident.read_until_answered(1))

    await asyncio.gather(
        *(heard_out(each) for each in (to_another, lambda body: turn(body), lambda _: (200, {"replies": "inga"})))  # noqa: PLW0108 - a turn without replies
    )


@rule("HP-136", "Resending a message while the bot works on it makes no second answer.")
async def a_retry_makes_no_second_answer(service: Service) -> None:
    held = Held()
    resident = await service.begin(held)
    client_id = str(uuid4())
    await resident.write("Fråga", client_id=client_id)
    await _reached(service, held)
    await resident.write("Fråga", client_id=client_id)
    held.release()
    await resident.read_until_answered(1)
    await asyncio.sleep(service.settle_seconds)
    answers = said_by("bot", await resident.read())
    require(len(answers) == 1, f"{len(answers)} answers came")


@rule("HP-137", "What the bot is asked while a person is waited for is not answered once an agent has claimed.")
async def a_late_answer_to_who_waits_is_dropped(service: Service) -> None:
    held = Held()
    resident, reference = await service.begin_in_queue()
    service.bot.behaves(resident.id, held)
    require_status(await resident.send("Till boten", to="bot"), 202)
    await _reached(service, held)
    await service.agent.claim(reference)
    await _require_dropped(service, resident, held)


# The desk.


@rule("HP-140", "Of many who claim a case at the same time exactly one gets it; the others get 409 with the state.")
async def one_winner(service: Service) -> None:
    for _ in range(3):
        _, reference = await service.begin_in_queue()
        members = [service.agent, service.other_agent] * (AT_ONCE // 2)
        responses = await asyncio.gather(*(member.step(reference, "claim") for member in members))
        winners = [member for member, answer in zip(members, responses, strict=True) if answer.is_success]
        require(len(winners) == 1, f"{len(winners)} got the case")
        for response in responses:
            if not response.is_success:
                require_conflict(response)
        case = await winners[0].case(reference)
        require(case["owner"] == winners[0].display_name, "the case's owner is not the one who was told so")


@rule("HP-141", "Once a case is claimed, its resident knows by whom.")
async def the_resident_knows_the_agent(service: Service) -> None:
    resident, _ = await service.begin_with_agent()
    status = await resident.status()
    require(status["state"] == "with_agent", f"the state is {status['state']}")
    require(status["agent_name"] == service.agent.display_name, "the status names nobody, or somebody else")
    told = [each for each in said_by("system", await resident.read()) if each["kind"] == "agent_joined"]
    require(len(told) == 1, f"the resident was told {len(told)} times")


@rule("HP-142", "Writing in a waiting case is claiming it.")
async def writing_is_claiming(service: Service) -> None:
    resident, reference = await service.begin_in_queue()
    require_status(await service.agent.send(reference, "Hej"), 202)
    case = await service.agent.case(reference)
    require(case["owner"] == service.agent.display_name, "the one who wrote is not the owner")
    require((await resident.status())["state"] == "with_agent", "the resident still waits")


@rule("HP-143", "Only the owner of a case writes in it, hands it back or closes it.")
async def only_the_owner_acts(service: Service) -> None:
    resident, reference = await service.begin_with_agent()
    before = await resident.read()
    require_conflict(await service.other_agent.send(reference, "Hej"), "not_yours")
    require_conflict(await service.other_agent.step(reference, "hand-back"), "not_yours")
    require_conflict(await service.other_agent.step(reference, "close", resolution="Avslutat"), "not_yours")
    require(await resident.read() == before, "the resident read something of it")


@rule("HP-144", "An agent's message that is sent again is stored once, also at the same time.")
async def an_agents_retry_has_no_second_effect(service: Service) -> None:
    resident, reference = await service.begin_with_agent()
    client_id = str(uuid4())
    responses = await asyncio.gather(
        *(service.agent.send(reference, "Samma", client_id=client_id) for _ in range(AT_ONCE))
    )
    for response in responses:
        require_status(response, 202)
    require(len({response.json()["seq"] for response in responses}) == 1, "it got several numbers")
    require(len(said_by("agent", await resident.read())) == 1, "the resident reads it more than once")


@rule("HP-145", "What is written for staff alone never reaches the resident, and keeps its place in the numbering.")
async def notes_stay_with_staff(service: Service) -> None:
    resident, reference = await service.begin_with_agent()
    note = await service.agent.step(reference, "notes", client_id=str(uuid4()), text="Bara för oss")
    require_status(note, 202)
    require_status(await service.agent.send(reference, "Hej"), 202)
    case = await service.agent.case(reference)
    noted = [each for each in case["messages"] if each["audience"] == "staff"]
    require([each["seq"] for each in noted] == [note.json()["seq"]], "the desk does not read the note as staff's")
    _require_gapless(case["messages"])
    seen = await resident.read()
    require(all(each["text"] != "Bara för oss" for each in seen), "the resident reads the note")
    async with asyncio.timeout(service.access.patience_seconds):
        async for message in resident.stream(0):
            require(message["seq"] != note.json()["seq"], "the note is in the event stream")
            if message["seq"] == seen[-1]["seq"]:
                break


@rule("HP-146", "Once an agent is there, the bot says nothing at all.")
async def the_bot_is_silent_after_a_claim(service: Service) -> None:
    resident, _ = await service.begin_with_agent()
    await _require_silent_bot(service, resident, "with_agent")


@rule("HP-147", "When the agent hands back, the bot answers the next message.")
async def the_bot_answers_again(service: Service) -> None:
    resident, reference = await service.begin_with_agent()
    require_status(await service.agent.step(reference, "hand-back"), 200)
    require((await resident.status())["state"] == "with_bot", "the conversation is not the bot's")
    seq = await resident.write("Hej")
    await resident.read_until_answered(seq)


@rule("HP-148", "A resident who needs a person again after that keeps the reference.")
async def the_case_opens_again(service: Service) -> None:
    resident, reference = await service.begin_with_agent()
    require_status(await service.agent.step(reference, "hand-back"), 200)
    again = await service.queue_up(resident)
    require(again == reference, f"the reference became {again}")
    require((await service.agent.case(reference))["state"] == "waiting", "the case does not wait")


# Versions.


@rule("HP-150", "A step that was decided on an earlier version is refused with the present state, and changes nothing.")
async def stale_versions_are_refused(service: Service) -> None:
    _, reference = await service.begin_in_queue()
    seen = (await service.other_agent.case(reference))["version"]
    version = (await service.agent.claim(reference))["version"]
    require(version > seen, "claiming did not raise the version")
    for action, fields in (("claim", {}), ("hand-back", {}), ("close", {"resolution": "Avslutat"})):
        response = await service.agent.step(reference, action, version=seen, **fields)
        conflict = require_conflict(response, "stale_version")
        require(conflict.get("version") == version, "the refusal does not tell the present version")
    require((await service.agent.case(reference))["version"] == version, "a refused step changed the case")


@rule("HP-151", "A step that is sent again under its key is carried out once and answered alike.")
async def keys_make_steps_happen_once(service: Service) -> None:
    _, reference = await service.begin_in_queue()
    key = str(uuid4())
    seen = (await service.agent.case(reference))["version"]
    responses = [await service.agent.step(reference, "claim", key=key, version=seen) for _ in range(3)]
    for response in responses:
        require_status(response, 200)
    require(len({response.json()["version"] for response in responses}) == 1, "it was carried out more than once")
    require_problem(await service.agent.step(reference, "hand-back", key=key), 409, "idempotency_key_reused")


@rule("HP-152", "What is closed stays closed, whatever comes late.")
async def closed_is_final(service: Service) -> None:
    resident, reference = await service.begin_with_agent()
    require_status(await service.agent.step(reference, "close", resolution="Avslutat"), 200)
    require_problem(await resident.send("Hallå?"), 409, "conversation_closed")
    for action in ("claim", "hand-back", "close"):
        fields = {"resolution": "Avslutat"} if action == "close" else {}
        require_conflict(await service.agent.step(reference, action, **fields))
    require_conflict(await service.agent.send(reference, "Sent"))
    require((await service.agent.case(reference))["state"] == "closed", "the case was opened again")
    require((await resident.status())["state"] == "closed", "the conversation was opened again")


@rule("HP-153", "The events of a conversation have versions without gaps, and each is in the table of states.")
async def events_tell_the_whole_story(service: Service) -> None:
    resident, reference = await service.begin_in_queue()
    await service.agent.claim(reference)
    await service.agent.step(reference, "hand-back")
    await service.queue_up(resident)
    await service.other_agent.claim(reference)
    await service.other_agent.step(reference, "close", resolution="Avslutat")
    events = await service.agent.events(reference)
    _require_story(events)
    names = [event["event"] for event in events]
    expected = ["handover_asked", "claimed", "handed_back", "handover_asked", "claimed", "closed"]
    require(names == expected, f"the events are {', '.join(names)}")
    require(all(event["conversation_id"] == resident.id for event in events), "an event is another conversation's")
    later = await service.agent.events(reference, after=events[2]["version"])
    require(later == events[3:], "`after` gave something else than the rest")


@rule("HP-154", "Events hold nothing of what was said.")
async def events_are_silent(service: Service) -> None:
    resident = await service.begin()
    secret = "hemlighetsord"  # noqa: S105 - a word to look for
    await resident.write(f"Det här är ett {secret}")
    reference = await service.queue_up(resident)
    require_status(await service.agent.send(reference, f"Jag läste {secret}"), 202)
    events = await service.agent.events(reference)
    require(secret not in str(events), "an event holds what was said")


@rule(
    "HP-155",
    "What the bot leaves to a person who is waited for already makes no second case, and the resident is told.",
)
async def an_asked_bot_makes_no_second_case(service: Service) -> None:
    resident, reference = await service.begin_in_queue()
    service.bot.behaves(resident.id, lambda body: turn(body, reply("handover", None)))
    before = await service.agent.case(reference)
    response = await resident.send("Till boten", to="bot")
    require_status(response, 202)
    await resident.read_until_answered(response.json()["seq"])
    require(not said_by("bot", await resident.read()), "the resident reads what the bot said")
    status = await resident.status()
    require((status["state"], status["case_reference"]) == ("waiting", reference), "the resident lost the case")
    require((await service.agent.case(reference))["version"] == before["version"], "the case was changed")


# The queue.


@rule("HP-160", "Of many who ask for the next case, no two get the same one.")
async def next_is_given_once(service: Service) -> None:
    for _ in range(4):
        await service.begin_in_queue()
    members = [service.agent, service.other_agent] * 2
    responses = await asyncio.gather(*(member.http.post("/api/queue/next", json={}) for member in members))
    given = []
    for response in responses:
        require_status(response, 200, 204)
        if response.status_code == httpx.codes.OK:
            given.append(response.json()["reference"])
    require(len(given) == len(set(given)), "two got the same case")
    require(given, "nobody got anything although cases wait")


@rule("HP-161", "A case that an agent returns waits again, where it stood, with nobody as its owner.")
async def returning_keeps_the_place(service: Service) -> None:
    resident, reference = await service.begin_in_queue()
    before = await service.agent.case(reference)
    await service.agent.claim(reference)
    require_status(await service.agent.step(reference, "return"), 200)
    after = await service.agent.case(reference)
    require(after["state"] == "waiting" and after["owner"] is None, "it does not wait, or has an owner")
    require(after["waiting_since"] == before["waiting_since"], "it lost its place")
    require((await resident.status())["state"] == "waiting", "the resident does not wait")


@rule("HP-162", "Only a lead takes over a colleague's case; then it is the lead's, and the colleague's no more.")
async def leads_take_over(service: Service) -> None:
    lead = service.lead
    _, reference = await service.begin_with_agent()
    require_status(await service.other_agent.step(reference, "take-over"), 404)
    require_status(await lead.step(reference, "take-over"), 200)
    require((await lead.case(reference))["owner"] == lead.display_name, "the lead is not the owner")
    require_conflict(await service.agent.send(reference, "Hej"), "not_yours")


@rule("HP-163", "A case that is transferred to a colleague is the colleague's, with the message that was left.")
async def transfers_change_the_owner(service: Service) -> None:
    _, reference = await service.begin_with_agent()
    await service.other_agent.be("available")
    response = await service.agent.step(
        reference, "transfer", to_agent=service.other_agent.username, note="Kan du ta den här?"
    )
    require_status(response, 200)
    case = await service.other_agent.case(reference)
    require(case["owner"] == service.other_agent.display_name, "the colleague is not the owner")
    note = [each for each in case["messages"] if each["text"] == "Kan du ta den här?"]
    require(note and note[0]["audience"] == "staff", "the message is missing, or not for staff alone")
    require_conflict(await service.agent.send(reference, "Hej"), "not_yours")


@rule(
    "HP-164",
    "A resident who leaves the queue has the bot again: the case is closed, and a person may be asked for anew.",
)
async def the_queue_can_be_left(service: Service) -> None:
    resident, reference = await service.begin_in_queue()
    for _ in range(2):
        response = await service.anyone.post(f"{resident.path}/leave-queue", headers=resident.headers)
        require_status(response, 200)
        require(response.json()["state"] == "with_bot", f"the state is {response.json()['state']}")
    case = await service.agent.case(reference)
    require(case["state"] == "closed", f"the case is {case['state']}")
    _require_story(await service.agent.events(reference))
    require_conflict(await service.agent.step(reference, "claim"))
    seq = await resident.write("Hej")
    await resident.read_until_answered(seq)
    again = await service.queue_up(resident)
    require(again != reference, "the closed case was opened again")
    await service.agent.claim(again)
    left = await service.anyone.post(f"{resident.path}/leave-queue", headers=resident.headers)
    require_problem(left, 409, "not_waiting")
    require((await resident.status())["state"] == "with_agent", "the agent lost the conversation")


# Answers that are given later.


@rule("HP-170", "Whoever leaves contact details need not wait: the case gets a time by which it is answered.")
async def contact_makes_a_promise(service: Service) -> None:
    resident, reference = await service.begin_in_queue()
    address = "kit@conformance.example"
    response = await service.anyone.post(
        f"{resident.path}/contact", json={"channel": "email", "address": address}, headers=resident.headers
    )
    require_status(response, 200, 201)
    status = await resident.status()
    require(status["state"] == "asynchronous", f"the state is {status['state']}")
    require(status["due_at"], "nothing says by when it is answered")
    events = await service.agent.events(reference)
    require(address not in str(events), "an event holds the address")
    require_status(await service.agent.send(reference, "Här är svaret."), 202)
    require("Här är svaret." in [each["text"] for each in await resident.read()], "the answer is not in the chat")


@rule("HP-171", "Contact details that cannot be used are refused with a reason, and the resident keeps the place.")
async def wrong_contact_loses_nothing(service: Service) -> None:
    resident, _ = await service.begin_in_queue()
    for body in ({"channel": "email", "address": "inte en adress"}, {"channel": "brev"}, {"channel": "sms"}):
        response = await service.anyone.post(f"{resident.path}/contact", json=body, headers=resident.headers)
        require_problem(response, 422)
    require((await resident.status())["state"] == "waiting", "the resident lost the place")


@rule("HP-172", "Coming back needs the right code; a wrong reference and a wrong code look alike.")
async def coming_back_needs_the_code(service: Service) -> None:
    _, reference = await service.begin_in_queue()
    answers = [
        await service.anyone.post("/api/conversations/return", json={"reference": each, "code": "ABCDEFGHJK"})
        for each in (reference, "2001-000001")
    ]
    require(len({answer.status_code for answer in answers}) == 1, "they answer with different statuses")
    codes = {require_problem(answer, answer.status_code)["code"] for answer in answers}
    require(len(codes) == 1, "they answer with different codes")
    require(answers[0].is_client_error, "a wrong code was accepted")


@rule(
    "HP-173", "A case that is forwarded to a department keeps its agent, and comes back with the department's answer."
)
async def forwarding_keeps_the_owner(service: Service) -> None:
    departments = await service.agent.http.get("/api/departments")
    require_status(departments, 200)
    if not departments.json():
        raise NotTriedError("the service knows no departments")
    resident, reference = await service.begin_with_agent()
    body = {"department": departments.json()[0]["id"], "note": "Kan ni titta på det här?"}
    require_status(await service.agent.step(reference, "forward", **body), 200)
    case = await service.agent.case(reference)
    require(case["state"] == "forwarded", f"the case is {case['state']}")
    require(case["owner"] == service.agent.display_name, "the case lost its owner")
    require((await resident.status())["state"] == "asynchronous", "the resident is left waiting")
    require_status(await service.agent.step(reference, "department-answer", note="Ja, det går bra."), 200)
    require((await service.agent.case(reference))["state"] == "assigned", "the answer did not bring it back")
    _require_story(await service.agent.events(reference))


def _answer_at_level(level: int | None, body: Json) -> Answer:
    return turn(body, reply("answer", "Bifall.", rosa_level=level))


def _texts(messages: list[Json]) -> list[str]:
    return [message["text"] for message in messages]


def _require_gapless(messages: list[Json]) -> None:
    seqs = [message["seq"] for message in messages]
    require(seqs == list(range(1, len(seqs) + 1)), f"the numbers are {seqs}")


def _require_story(events: list[Json]) -> None:
    versions = [event["version"] for event in events]
    require(versions == list(range(2, len(versions) + 2)), f"the versions are {versions}")
    state = "with_bot"
    for event in events:
        step = transitions().get((event["before"], event["event"]))
        require(step is not None, f"{event['event']} in the state {event['before']} is not in the table")
        require(event["before"] == state, f"version {event['version']} begins in another state than the last ended in")
        require(step and event["after"] == step.after, f"{event['event']} led to {event['after']}")
        require(
            step and event["actor"]["kind"] in step.may_cause,
            f"{event['event']} was caused by {event['actor']['kind']}",
        )
        state = event["after"]
    seqs = [event["seq"] for event in events]
    require(seqs == sorted(seqs), "the events' message numbers go backwards")


async def _require_silent_bot(service: Service, resident: Resident, state: str) -> None:
    before = len(said_by("bot", await resident.read()))
    for number in range(5):
        await resident.write(f"Hallå {number}")
    await asyncio.sleep(service.settle_seconds)
    messages = await resident.read()
    spoken = [each["kind"] for each in said_by("bot", messages)[before:] if each["kind"] in OWN_WORDS]
    require(not spoken, f"the bot said {', '.join(spoken)}")
    require((await resident.status())["state"] == state, "the state changed by itself")


async def _require_dropped(service: Service, resident: Resident, held: Held) -> None:
    held.release()
    await asyncio.sleep(service.settle_seconds)
    require(not said_by("bot", await resident.read()), "the bot's reply reached the resident")


def _require_told_of_failure(messages: list[Json]) -> None:
    require(not said_by("bot", messages), "the resident reads what the bot said")
    told = [each for each in said_by("system", messages) if each["kind"] == "failure"]
    require(len(told) == 1, f"the resident was told {len(told)} times")
    kinds = [button["kind"] for button in told[0]["payload"].get("buttons", [])]
    require("person" in kinds, "no person was offered")


async def _reached(service: Service, held: Held) -> None:
    reached = await asyncio.to_thread(held.reached.wait, service.access.patience_seconds)
    require(reached, "the bot was never asked")


@contextlib.asynccontextmanager
async def _working_on_a_message(service: Service) -> AsyncIterator[tuple[Resident, str]]:
    """A resident whose message the bot is working on, and the message's id, which only a bot knows."""
    held = Held()
    resident = await service.begin(held)
    await resident.write("En fråga")
    await _reached(service, held)
    try:
        yield resident, service.bot.heard(resident.id)[0].message_id
    finally:
        held.release()
