"""Every route of the staff, tried by everyone."""

import re

from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import iter_route_contexts
from people import Member, People, assert_problem

from handover_api.agents.identity import case_handler


def asks_for_case_handler(dependant: Dependant) -> bool:
    """Whether the route calls `case_handler`; streams do so within a dependency of their own."""
    return any(
        dependency.call is case_handler
        or getattr(dependency.call, "__name__", "") == "_streaming_staff"
        or asks_for_case_handler(dependency)
        for dependency in dependant.dependencies
    )


def routes_of_case_handlers(app: FastAPI, reference: str) -> list[tuple[str, str]]:
    """Method and address of every route that only agents and leads may use."""
    return [
        (method, re.sub(r"\{\w+\}", reference, str(context.path)))
        for context in iter_route_contexts(app.routes)
        if (dependant := getattr(context, "dependant", None)) and asks_for_case_handler(dependant)
        for method in context.methods or ()
    ]


async def call(member: Member, method: str, path: str) -> tuple[int, str]:
    body = {"client_id": "a", "text": "Hej", "resolution": "Löst"} if method == "POST" else None
    response = await member.client.request(method, path, json=body)
    return response.status_code, response.headers.get("content-type", "")


async def test_every_route_of_the_desk_exists_only_for_agents_and_leads(app: FastAPI, people: People) -> None:
    reference = await (await people.resident()).queue_up()
    routes = routes_of_case_handlers(app, reference)
    assert {
        ("GET", "/api/cases"),
        ("GET", f"/api/cases/{reference}"),
        ("POST", f"/api/cases/{reference}/claim"),
        ("POST", f"/api/cases/{reference}/messages"),
        ("POST", f"/api/cases/{reference}/hand-back"),
        ("POST", f"/api/cases/{reference}/close"),
    } <= set(routes)
    for method, path in routes:
        assert (await call(people.nobody, method, path))[0] == 401, path
        assert (await call(people.editor, method, path))[0] == 404, path
        assert (await call(people.admin, method, path))[0] == 404, path
    assert (await people.lead.get_case(reference))["state"] == "waiting"


async def test_what_does_not_exist_for_a_role_looks_like_what_does_not_exist_at_all(people: People) -> None:
    reference = await (await people.resident()).queue_up()
    for member in (people.editor, people.admin):
        real = assert_problem(await member.client.get(f"/api/cases/{reference}"), 404, "not_found")
        unreal = assert_problem(await member.client.get("/api/finns-inte"), 404, "not_found")
        assert real["detail"] == unreal["detail"]


async def test_agents_and_leads_may_use_every_case_route(people: People) -> None:
    for member in (people.agent, people.lead):
        resident = await people.resident()
        reference = await resident.queue_up()
        assert (await member.client.get("/api/cases")).status_code == 200
        assert (await member.client.get(f"/api/cases/{reference}")).status_code == 200
        assert (await member.claim(reference)).status_code == 200
        assert (await member.write(reference)).status_code == 202
        assert (await member.hand_back(reference)).status_code == 200
        assert (await member.close(reference)).status_code == 200


async def test_everyone_who_is_signed_in_may_see_who_they_are(people: People) -> None:
    for member, role in [
        (people.agent, "agent"),
        (people.editor, "editor"),
        (people.lead, "lead"),
        (people.admin, "admin"),
    ]:
        assert (await member.client.get("/api/session")).json()["role"] == role
    assert_problem(await people.nobody.client.get("/api/session"), 401, "not_signed_in")


async def test_a_resident_is_nobody_at_the_desk(people: People) -> None:
    resident = await people.resident()
    reference = await resident.queue_up()
    client = people.connect(headers=resident.headers)
    assert_problem(await client.get(f"/api/cases/{reference}"), 401, "not_signed_in")


async def test_the_staff_do_not_speak_as_the_resident(people: People) -> None:
    resident = await people.resident()
    await people.agent.claim(await resident.queue_up())
    assert_problem(await people.agent.client.get(resident.path), 401, "token_missing")
