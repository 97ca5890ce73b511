"""What an agent may not see does not exist: in no list, no count, no offer, and at no address."""

import re
from collections.abc import Iterator

import httpx
import pytest
from fakes import FakeBot, FakeClock, reply, says
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from organising import make_groups, make_topic
from people import Member, People, assert_problem, hand_over
from secret_cases import SAID, SECRET_TOPIC, a_case, a_case_under_secrecy, make_secret_topic
from sqlalchemy import select
from watching import Office, open_page, staff_cookie

from handover_api.database import SessionFactory, transaction
from handover_api.models import AuditEntry, Message
from handover_api.queue.keeper import Keeper

HTML = {"Accept": "text/html"}
NOWHERE = "2026-999999"
# How else than by its reference the staff's addresses name something. None of these is a case; a message that the
# editors are told of is tried for itself.
OTHER_NAMES = {"username", "exception_id", "message_id", "lesson_id", "answer_id", "code"}


def routes_of_the_staff(app: FastAPI) -> Iterator[tuple[str, str]]:
    """Method and address of every route of the desk and of the staff's API."""
    for context in iter_route_contexts(app.routes):
        path = str(context.path)
        if path.startswith(("/desk", "/api/")) and not path.startswith("/api/conversations"):
            for method in context.methods or ():
                yield method, path


def routes_of_a_case(app: FastAPI) -> list[tuple[str, str]]:
    return sorted({(method, path) for method, path in routes_of_the_staff(app) if "{reference}" in path})


async def see_secrecy(people: People, *groups: str, username: str = "agent") -> None:
    response = await people.lead.put_profile(username, secrecy_classes=list(groups))
    assert response.status_code == 200, response.text


async def told(member: Member, method: str, path: str, headers: dict[str, str]) -> tuple[int, str, str]:
    """Status, kind and text of an answer, but for what is another each time."""
    form = {"text": "Hej", "client_id": "a", "key": "a", "version": "1"}
    response = await member.client.request(method, path, data=form if method == "POST" else None, headers=headers)
    body = re.sub(r"\b[0-9a-f]{8}\b", "", response.text)
    return response.status_code, response.headers.get("content-type", ""), body


def test_a_case_is_named_by_its_reference_alone(app: FastAPI) -> None:
    """By that the guard knows it (`cases.guard`)."""
    names = {name for _, path in routes_of_the_staff(app) for name in re.findall(r"{(\w+)}", path)}
    assert names - {"reference"} <= OTHER_NAMES


@pytest.mark.parametrize("headers", [{}, HTML], ids=["program", "browser"])
async def test_at_every_address_a_hidden_case_looks_like_one_that_does_not_exist(
    app: FastAPI, people: People, sessions: SessionFactory, headers: dict[str, str]
) -> None:
    _, waiting = await a_case_under_secrecy(people, sessions)
    _, owned = await a_case_under_secrecy(people, sessions)
    await people.lead.claim(owned)
    routes = routes_of_a_case(app)
    assert len(routes) > 30
    for method, path in routes:
        nowhere = await told(people.agent, method, path.replace("{reference}", NOWHERE), headers)
        assert nowhere[0] == 404, path
        for reference in (waiting, owned):
            hidden = await told(people.agent, method, path.replace("{reference}", reference), headers)
            assert hidden == nowhere, path
    assert (await people.lead.get_case(waiting))["version"] == 2


async def test_another_answer_groups_case_does_not_exist_either(
    app: FastAPI, people: People, sessions: SessionFactory
) -> None:
    await make_groups(sessions, "social")
    _, reference = await a_case(people)
    await people.lead.put_profile("agent", answer_groups=["social"])
    for method, path in routes_of_a_case(app):
        assert (await told(people.agent, method, path.replace("{reference}", reference), {}))[0] == 404, path


async def test_what_the_bot_is_told_of_in_a_hidden_case_is_not_told_the_editors(
    people: People, sessions: SessionFactory
) -> None:
    resident, _ = await a_case_under_secrecy(people, sessions)
    message = (await resident.read())[0]
    async with transaction(sessions) as session:
        message_id = await session.scalar(select(Message.id).where(Message.text == message["text"]))
    for member, status in ((people.agent, 404), (people.lead, 200)):
        page = await member.client.get(f"/desk/boten-borde/{message_id}", headers=HTML)
        assert page.status_code == status
        assert (SAID in page.text) == (status == 200)


async def test_lists_and_counts_tell_only_of_what_may_be_seen(people: People, sessions: SessionFactory) -> None:
    _, hidden = await a_case_under_secrecy(people, sessions)
    _, shown = await a_case(people)
    assert [case["reference"] for case in await people.agent.list_cases()] == [shown]
    assert [case["reference"] for case in await people.lead.list_cases()] == [hidden, shown]
    page = (await people.agent.client.get("/desk", headers=HTML)).text
    assert 'data-count="1"' in page
    assert "1 ärende väntar." in page
    assert hidden not in page
    polled = (await people.agent.client.get("/desk/ko")).text
    assert hidden not in polled
    assert "1 ärende väntar." in polled
    assert "2 ärenden väntar." in (await people.lead.client.get("/desk", headers=HTML)).text
    await see_secrecy(people, "social")
    assert [case["reference"] for case in await people.agent.list_cases()] == [hidden, shown]
    assert "Sekretess: Socialtjänst" in (await people.agent.client.get("/desk", headers=HTML)).text


async def test_danger_that_waits_is_for_everybody_there_and_under_secrecy_again_once_it_is_taken(
    people: People, action_server: httpx.AsyncClient, bot: FakeBot, sessions: SessionFactory
) -> None:
    await make_secret_topic(sessions, "vald-hemma", handling="urgent")
    await make_groups(sessions, "skola")
    await people.lead.put_profile("agent", answer_groups=["skola"])
    resident = await people.resident()
    await resident.write(SAID)
    await resident.read_until_answered()
    await hand_over(action_server, resident, bot, reason="urgent_topic", topic="vald-hemma")
    (case,) = await people.agent.list_cases()
    assert (case["priority"], case["secrecy_classes"]) == ("urgent", ["social"])
    reference = case["reference"]
    assert reference in (await people.agent.client.get("/desk", headers=HTML)).text
    assert SAID in (await people.agent.client.get(f"/desk/arenden/{reference}", headers=HTML)).text
    await people.lead.claim(reference)
    assert (await people.agent.client.get(f"/desk/arenden/{reference}", headers=HTML)).status_code == 404


async def test_the_choices_of_the_queue_tell_nothing_of_what_is_hidden(
    people: People, sessions: SessionFactory
) -> None:
    await make_groups(sessions, "social", "skola")
    resident = await people.resident(language="fi")
    reference = await resident.queue_up()
    await people.lead.client.post(f"/api/cases/{reference}/transfer", json={"to_group": "social", "note": "Till er"})
    await people.lead.put_profile("agent", answer_groups=["skola"])
    page = (await people.agent.client.get("/desk?grupp=social", headers=HTML)).text
    assert reference not in page
    assert "Finska" not in page
    chosen = re.search(r'id="urval-grupp".*?</select>', page, re.DOTALL)
    assert chosen
    assert re.findall(r'value="([\w-]+)"', chosen[0]) == ["skola", "social"]
    # What was asked for by hand is shown as it was asked for, and finds nothing.
    plain = (await people.agent.client.get("/desk", headers=HTML)).text
    assert 'value="social"' not in plain


async def test_a_desk_that_is_open_is_told_nothing_of_what_is_hidden(
    office: Office, people: People, sessions: SessionFactory
) -> None:
    async with open_page(office.url, "/desk/handelser", staff_cookie(office.agent_token)) as page:
        await page.until(lambda event: event.name == "queue")
        _, hidden = await a_case_under_secrecy(people, sessions)
        _, shown = await a_case(people)
        event = await page.until(lambda event: event.name == "queue" and shown in event.data)
        assert hidden not in event.data
        assert "1 ärende väntar." in event.data
        await see_secrecy(people, "social")
        await page.until(lambda event: event.name == "queue" and hidden in event.data)


async def test_nobody_is_asked_about_or_given_what_they_may_not_see(
    people: People, sessions: SessionFactory, keeper: Keeper
) -> None:
    _, hidden = await a_case_under_secrecy(people, sessions)
    await people.agent.be("available")
    await people.other_agent.be("available")
    await keeper.work()
    assert await people.agent.offers() == await people.other_agent.offers() == []
    assert await people.agent.take_next() is None
    await see_secrecy(people, "social", username="other-agent")
    await keeper.work()
    assert (await people.agent.offers(), await people.other_agent.offers()) == ([], [hidden])


async def test_an_offer_ends_when_the_case_comes_under_secrecy(
    people: People, sessions: SessionFactory, keeper: Keeper
) -> None:
    await make_groups(sessions, "social")
    _, reference = await a_case(people)
    await people.agent.be("available")
    await keeper.work()
    assert await people.agent.offers() == [reference]
    await people.lead.client.put(f"/api/cases/{reference}/secrecy", json={"secrecy_classes": ["social"]})
    assert await people.agent.offers() == []
    assert_problem(await people.agent.claim(reference), 404, "case_missing")


async def test_an_offer_ends_when_its_agent_may_no_longer_see_the_case(
    people: People, sessions: SessionFactory, keeper: Keeper
) -> None:
    _, reference = await a_case_under_secrecy(people, sessions)
    await see_secrecy(people, "social")
    await see_secrecy(people, "social", username="other-agent")
    await people.agent.be("available")
    await keeper.work()
    assert await people.agent.offers() == [reference]
    await see_secrecy(people)
    assert await people.agent.offers() == []
    await people.other_agent.be("available")
    await keeper.work()
    assert await people.other_agent.offers() == [reference]


async def test_a_case_is_not_given_to_a_colleague_who_may_not_see_it(people: People, sessions: SessionFactory) -> None:
    _, reference = await a_case_under_secrecy(people, sessions)
    await see_secrecy(people, "social")
    await people.agent.claim(reference)
    await people.other_agent.be("available")
    page = (await people.agent.client.get(f"/desk/arenden/{reference}", headers=HTML)).text
    assert "agent:lead" in page
    assert "agent:other-agent" not in page
    refused = assert_problem(
        await people.agent.transfer(reference, to_agent="other-agent"), 409, "colleague_may_not_see"
    )
    assert refused["detail"].startswith("Den andra agenten får inte se det här ärendet.")
    await see_secrecy(people, "social", username="other-agent")
    assert (await people.agent.transfer(reference, to_agent="other-agent")).status_code == 200


async def test_an_earlier_case_that_is_hidden_is_not_told_of(people: People, sessions: SessionFactory) -> None:
    resident, earlier = await a_case_under_secrecy(people, sessions)
    await resident.leave_contact("email", "invanare@exempel.example")
    again, later = await a_case(people)
    await again.leave_contact("email", "invanare@exempel.example")
    assert [each["reference"] for each in (await people.lead.get_case(later))["related"]] == [earlier]
    assert (await people.agent.get_case(later))["related"] == []
    assert earlier not in (await people.agent.client.get(f"/desk/arenden/{later}", headers=HTML)).text


async def test_a_topic_that_touches_secrecy_puts_its_case_under_it(
    people: People, action_server: httpx.AsyncClient, bot: FakeBot, sessions: SessionFactory
) -> None:
    await make_secret_topic(sessions)
    resident = await people.resident()
    await resident.write(SAID)
    await resident.read_until_answered()
    await hand_over(action_server, resident, bot, reason="handover_topic", topic=SECRET_TOPIC)
    assert await people.agent.list_cases() == []
    (case,) = await people.lead.list_cases()
    assert (case["topic"], case["answer_group"], case["secrecy_classes"]) == (SECRET_TOPIC, "social", ["social"])


async def test_what_the_bot_has_answered_about_counts_too_and_each_board_for_itself(
    people: People, action_server: httpx.AsyncClient, bot: FakeBot, sessions: SessionFactory
) -> None:
    await make_secret_topic(sessions)
    await make_secret_topic(sessions, "skolskjuts", "skola")
    bot.behaviour = says(reply(topic="skolskjuts"))
    resident = await people.resident()
    await resident.write(SAID)
    await resident.read_until_answered()
    await hand_over(action_server, resident, bot, reason="handover_topic", topic=SECRET_TOPIC)
    (case,) = await people.lead.list_cases()
    assert case["secrecy_classes"] == ["skola", "social"]
    await see_secrecy(people, "social")
    assert await people.agent.list_cases() == []
    await see_secrecy(people, "social", "skola")
    assert [each["reference"] for each in await people.agent.list_cases()] == [case["reference"]]


async def test_an_answer_to_somebody_who_waits_puts_the_case_under_secrecy(
    people: People, bot: FakeBot, sessions: SessionFactory
) -> None:
    await make_secret_topic(sessions)
    resident, reference = await a_case(people)
    assert [each["reference"] for each in await people.agent.list_cases()] == [reference]
    bot.behaviour = says(reply(topic=SECRET_TOPIC))
    await resident.write("Och hur söker jag pengar?", to="bot")
    await resident.read_until_answered(times=2)
    assert await people.agent.list_cases() == []
    assert [each["secrecy_classes"] for each in await people.lead.list_cases()] == [["social"]]


async def test_a_case_whose_topic_nobody_knows_is_for_everyone_and_so_is_the_contact_centres_own(
    people: People, action_server: httpx.AsyncClient, bot: FakeBot, sessions: SessionFactory
) -> None:
    await make_secret_topic(sessions)
    await make_secret_topic(sessions, "mitt-arende", "allmant")
    for topic, confidence in ((SECRET_TOPIC, 0.1), ("mitt-arende", 0.9)):
        resident = await people.resident()
        await resident.write(SAID)
        await resident.read_until_answered()
        await hand_over(
            action_server,
            resident,
            bot,
            topic=topic,
            evidence={"candidates": [{"topic": topic, "confidence": confidence}]},
        )
    assert [case["secrecy_classes"] for case in await people.agent.list_cases()] == [[], []]


async def test_what_a_case_is_filed_under_puts_it_under_secrecy(people: People, sessions: SessionFactory) -> None:
    await make_secret_topic(sessions)
    _, reference = await a_case(people)
    await people.agent.claim(reference)
    closed = await people.agent.client.post(
        f"/api/cases/{reference}/close", json={"resolution": "solved", "category": SECRET_TOPIC}
    )
    assert closed.json()["secrecy_classes"] == ["social"]
    assert (await people.agent.get_case(reference))["state"] == "closed"
    assert_problem(await people.other_agent.open_case(reference), 404, "case_missing")


async def test_a_later_case_of_the_same_conversation_is_under_the_same_secrecy(
    people: People, sessions: SessionFactory, clock: FakeClock
) -> None:
    resident, withdrawn = await a_case_under_secrecy(people, sessions)
    left = await people.connect(headers=resident.headers).post(f"{resident.path}/leave-queue")
    assert left.status_code == 200
    clock.advance(minutes=1)
    later = await resident.queue_up()
    assert later != withdrawn
    assert (await people.lead.get_case(later))["secrecy_classes"] == ["social"]
    await people.lead.client.put(f"/api/cases/{later}/secrecy", json={"secrecy_classes": []})
    assert (await people.lead.get_case(withdrawn))["secrecy_classes"] == []


async def test_whoever_has_the_case_sets_and_lifts_its_secrecy_and_keeps_it(
    people: People, sessions: SessionFactory
) -> None:
    await make_groups(sessions, "social")
    _, reference = await a_case(people)
    path = f"/desk/arenden/{reference}/sekretess"
    refused = await people.agent.client.post(path, data={"klasser": "social"}, headers=HTML)
    assert (refused.status_code, "Ta det först." in refused.text) == (409, True)
    await people.agent.claim(reference)
    assert (await people.agent.client.post(path, data={"klasser": "social"}, headers=HTML)).status_code == 303
    page = (await people.agent.client.get(f"/desk/arenden/{reference}", headers=HTML)).text
    assert "Sekretess: Socialtjänst" in page
    await people.agent.put_back(reference)
    assert_problem(await people.agent.claim(reference), 404, "case_missing")
    await people.lead.take_over(reference)
    assert (await people.lead.client.post(path, data={}, headers=HTML)).status_code == 303
    await people.lead.put_back(reference)
    assert (await people.agent.claim(reference)).status_code == 200
    async with transaction(sessions) as session:
        entries = await session.scalars(
            select(AuditEntry).where(AuditEntry.action == "secrecy").order_by(AuditEntry.id)
        )
        assert [entry.details["secrecy_classes"] for entry in entries] == ["social", ""]


async def test_a_group_that_does_not_exist_is_no_secrecy_and_no_group_of_an_agent(people: People) -> None:
    _, reference = await a_case(people)
    wrong = {"secrecy_classes": ["finns-inte"]}
    response = await people.lead.client.put(f"/api/cases/{reference}/secrecy", json=wrong)
    assert_problem(response, 422, "answer_group_missing")
    assert_problem(await people.lead.put_profile("agent", **wrong), 422, "answer_group_missing")
    assert_problem(await people.lead.put_profile("agent", answer_groups=["finns-inte"]), 422, "answer_group_missing")
    form = {"grupper": "finns-inte", "sprak": "sv", "samtal": "3"}
    page = await people.lead.client.post("/desk/medarbetare/agent", data=form, headers=HTML)
    assert (page.status_code, "Välj bland svarsgrupperna i listan." in page.text) == (422, True)


async def test_a_lead_decides_on_the_page_what_an_agent_may_read(people: People, sessions: SessionFactory) -> None:
    _, reference = await a_case_under_secrecy(people, sessions)
    form = {"sekretess": "social", "sprak": "sv", "samtal": "3"}
    assert (await people.lead.client.post("/desk/medarbetare/agent", data=form, headers=HTML)).status_code == 303
    page = (await people.lead.client.get("/desk/medarbetare", headers=HTML)).text
    assert "Får läsa sekretess: Socialtjänst" in page
    assert "Ser alla ärenden" in page
    assert (await people.agent.claim(reference)).status_code == 200


async def test_leads_are_told_how_many_wait_that_nobody_there_may_read(
    people: People, sessions: SessionFactory, clock: FakeClock
) -> None:
    await a_case_under_secrecy(people, sessions)
    await people.agent.be("available")
    said = "1 ärende med sekretess väntar, och ingen medarbetare på plats får läsa det."
    assert said in (await people.lead.client.get("/desk/lage", headers=HTML)).text
    await see_secrecy(people, "social")
    assert said not in (await people.lead.client.get("/desk/lage", headers=HTML)).text
    clock.advance(hours=1)
    assert said in (await people.lead.client.get("/desk/lage", headers=HTML)).text


async def test_ready_answers_of_other_groups_are_not_found(people: People, sessions: SessionFactory) -> None:
    await make_groups(sessions, "social", "skola")
    await make_topic(sessions, "skolval", "skola")
    for group in ("social", "skola", ""):
        form = {"rubrik": f"Blankett {group}", "svar": "Här finns blanketten.", "svarsgrupp": group}
        made = await people.lead.client.post("/desk/svar/nytt", data=form, headers=HTML)
        assert made.status_code == 303, made.text
    await people.lead.put_profile("agent", answer_groups=["skola"])

    async def found(member: Member) -> set[str]:
        response = await member.client.get("/api/answers", params={"q": "blankett"})
        return {str(each["answer_group"]) for each in response.json()}

    assert await found(people.lead) == {"social", "skola", "None"}
    assert await found(people.agent) == {"skola", "None"}
