"""The whole API as it describes itself, tried by everyone with all manner of input.

Nothing that is sent in may be the service's own failure (5xx), and nobody gets a 2xx for what is not theirs.
"""

import asyncio
import os
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from environment import INTERNAL, settings_for
from fakes import FakeBot, FakeClock
from fastapi import FastAPI
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from people import ACCOUNTS, PASSWORD, Account
from schemathesis import Case, GenerationMode
from serving import serve

from handover_api.agents import service as agents
from handover_api.agents.identity import COOKIE
from handover_api.application import create_application
from handover_api.rules.roles import Role

EXAMPLES = int(os.environ.get("EXAMPLES_OF_EACH_OPERATION", "6"))
REQUEST_SECONDS = 30

NOBODY = "nobody"
RESIDENT = "resident"
ACTION_SERVER = "action server"
EVERYONE = frozenset({NOBODY, RESIDENT, ACTION_SERVER, *Role})
STAFF = frozenset(Role)
DESK = frozenset({Role.AGENT, Role.LEAD})
LEADS = frozenset({Role.LEAD})
OWN_RESIDENT = frozenset({RESIDENT})
INTERNAL_ONLY = frozenset({ACTION_SERVER})
# Whoever signs with the case system's secret, which nobody here has.
SIGNED = frozenset[str]()

# Who may be answered 2xx. Those who hold a cookie or a token are nobody special where it does not count.
MAY: dict[str, frozenset[str]] = {
    "GET /health/live": EVERYONE,
    "GET /health/ready": EVERYONE,
    "GET /api/session": STAFF,
    "POST /api/session": EVERYONE,
    "POST /api/conversations": EVERYONE,
    "POST /api/conversations/return": EVERYONE,
    "GET /api/conversations/{conversation_id}": OWN_RESIDENT,
    "POST /api/conversations/{conversation_id}/messages": OWN_RESIDENT,
    "GET /api/conversations/{conversation_id}/messages": OWN_RESIDENT,
    "POST /api/conversations/{conversation_id}/messages/{seq}/feedback": OWN_RESIDENT,
    "POST /api/conversations/{conversation_id}/survey": OWN_RESIDENT,
    "POST /api/conversations/{conversation_id}/handover": OWN_RESIDENT,
    "POST /api/conversations/{conversation_id}/leave-queue": OWN_RESIDENT,
    "POST /api/conversations/{conversation_id}/read": OWN_RESIDENT,
    "POST /api/conversations/{conversation_id}/contact": OWN_RESIDENT,
    "POST /api/conversations/{conversation_id}/requests/{seq}": OWN_RESIDENT,
    "GET /api/conversations/{conversation_id}/events": OWN_RESIDENT,
    "GET /api/answers": DESK,
    "GET /api/cases": DESK,
    "POST /api/cases": DESK,
    "GET /api/cases/{reference}": DESK,
    "POST /api/cases/{reference}/openings": DESK,
    "PUT /api/cases/{reference}/secrecy": DESK,
    "POST /api/cases/{reference}/read": DESK,
    "POST /api/cases/{reference}/claim": DESK,
    "POST /api/cases/{reference}/messages": DESK,
    "GET /api/cases/{reference}/messages": DESK,
    "POST /api/cases/{reference}/notes": DESK,
    "POST /api/cases/{reference}/requests": DESK,
    "GET /api/cases/{reference}/requests": DESK,
    "POST /api/cases/{reference}/hand-back": DESK,
    "POST /api/cases/{reference}/close": DESK,
    "POST /api/cases/{reference}/transfer": DESK,
    "POST /api/cases/{reference}/return": DESK,
    "POST /api/cases/{reference}/take-over": LEADS,
    "POST /api/cases/{reference}/decline": DESK,
    "POST /api/cases/{reference}/forward": DESK,
    "POST /api/cases/{reference}/department-answer": DESK,
    "GET /api/cases/{reference}/events": DESK,
    "POST /api/queue/next": DESK,
    "GET /api/presence": DESK,
    "PUT /api/presence": DESK,
    "DELETE /api/presence": DESK,
    "GET /api/offers": DESK,
    "GET /api/colleagues": DESK,
    "PUT /api/staff/{username}/profile": LEADS,
    "GET /api/departments": DESK,
    "GET /api/answer-groups": DESK,
    "GET /api/opening-hours": LEADS,
    "PUT /api/opening-hours": LEADS,
    "GET /api/opening-exceptions": LEADS,
    "POST /api/opening-exceptions": LEADS,
    "DELETE /api/opening-exceptions/{exception_id}": LEADS,
    "GET /api/crisis-message": DESK,
    "PUT /api/crisis-message": LEADS,
    "DELETE /api/crisis-message": LEADS,
    "GET /api/bot-switches": DESK,
    "PUT /api/bot-switches": LEADS,
    "POST /api/webhooks/case-system": SIGNED,
    "GET /internal/topics": INTERNAL_ONLY,
    "GET /internal/articles/{topic}": INTERNAL_ONLY,
    "POST /internal/handovers": INTERNAL_ONLY,
    "GET /internal/availability": INTERNAL_ONLY,
    "GET /internal/models/serving": INTERNAL_ONLY,
    "POST /internal/models/starting": INTERNAL_ONLY,
    "PUT /internal/models/starting": INTERNAL_ONLY,
    "POST /internal/models/{sha256}/not-loaded": INTERNAL_ONLY,
    "GET /internal/models/shadow": INTERNAL_ONLY,
    "POST /internal/models/shadow/decisions": INTERNAL_ONLY,
    "POST /internal/trainings/next": INTERNAL_ONLY,
    "GET /internal/trainings/{run_id}/content": INTERNAL_ONLY,
    "GET /internal/trainings/{run_id}/questions": INTERNAL_ONLY,
    "POST /internal/trainings/{run_id}/progress": INTERNAL_ONLY,
    "POST /internal/trainings/{run_id}/stopped": INTERNAL_ONLY,
    "POST /internal/trainings/{run_id}/failed": INTERNAL_ONLY,
    "PUT /internal/trainings/{run_id}/examination": INTERNAL_ONLY,
    "PUT /internal/trainings/{run_id}/model": INTERNAL_ONLY,
    # Last: it ends the session that the others are tried with.
    "DELETE /api/session": EVERYONE,
}
# A stream does not end by itself, so only its refusals are tried here; tests/service/test_live_stream.py has the rest.
STREAMS = frozenset({"GET /api/conversations/{conversation_id}/events"})
# 503 is what it is for.
TELLS_OF_FAILURES = frozenset({"GET /health/ready"})


@dataclass
class Caller:
    name: str
    headers: dict[str, str] = field(default_factory=dict)
    cookies: dict[str, str] = field(default_factory=dict)


@dataclass
class World:
    """A service with something in it, and the names of what is there."""

    url: str
    app: FastAPI
    callers: dict[str, Caller]
    known: dict[str, list[str]]


@pytest.fixture
async def world(own_database_url: str, tmp_path: Path) -> AsyncIterator[World]:
    """Of its own: whoever may change accounts and opening hours does, at random."""
    clock, service = FakeClock(), settings_for(own_database_url, MODELS_FOLDER=str(tmp_path))
    app = create_application(service, bot=FakeBot(), clock=clock)
    async with app.router.lifespan_context(app), serve(app) as url:
        await app.state.hub.until_listening()
        staff = {
            account.role.value: await signed_in(app, account, clock, service.staff_session_hours)
            for account in reversed(ACCOUNTS)
        }
        callers = {
            NOBODY: Caller(NOBODY),
            **staff,
            ACTION_SERVER: Caller(ACTION_SERVER, headers=INTERNAL),
            RESIDENT: Caller(RESIDENT),
        }
        yield World(url, app, callers, {"username": ["agent"], "topic": ["radon"]})


async def signed_in(app: FastAPI, account: Account, clock: FakeClock, hours: int) -> Caller:
    _, token = await agents.sign_in(app.state.sessions, account.username, PASSWORD, clock(), hours)
    return Caller(account.role.value, cookies={COOKIE: token})


def operations(app: FastAPI) -> dict[str, Any]:
    schema = schemathesis.openapi.from_dict(app.openapi())
    found = {operation.ok().label: operation.ok() for operation in schema.get_all_operations()}
    return {label: found[label] for label in (*(name for name in MAY if name in found), *(found.keys() - MAY.keys()))}


@pytest.mark.parametrize("role", [NOBODY, ACTION_SERVER, Role.EDITOR, Role.ADMIN, RESIDENT, Role.AGENT, Role.LEAD])
async def test_nothing_that_is_sent_breaks_the_service_or_gives_what_is_not_ones_own(world: World, role: str) -> None:
    await asyncio.to_thread(furnish, world)
    for label, operation in operations(world.app).items():
        await asyncio.to_thread(try_out, world, world.callers[role], label, operation)


def test_it_is_written_down_who_may_do_each_operation(world: World) -> None:
    assert set(operations(world.app)) == set(MAY)


def furnish(world: World) -> None:
    """Two residents, one of them with an agent, and what they are called."""
    import requests  # noqa: PLC0415 - comes with schemathesis, which calls with it

    conversations, references = [], []
    for _ in range(2):
        begun = requests.post(f"{world.url}/api/conversations", json={}, timeout=REQUEST_SECONDS).json()
        headers = {"Authorization": f"Bearer {begun['token']}"}
        path = f"{world.url}/api/conversations/{begun['id']}"
        status = requests.post(f"{path}/handover", headers=headers, timeout=REQUEST_SECONDS).json()
        conversations.append(begun["id"])
        references.append(status["case_reference"])
        world.callers[RESIDENT].headers = headers
    claimed = requests.post(
        f"{world.url}/api/cases/{references[0]}/claim",
        json={},
        cookies=world.callers[Role.AGENT].cookies,
        timeout=REQUEST_SECONDS,
    )
    assert claimed.status_code == 200, claimed.text
    # The resident's token opens the last one, twice as often tried as the other's.
    world.known |= {"conversation_id": [*conversations, conversations[-1]], "reference": references}


def try_out(world: World, caller: Caller, label: str, operation: Any) -> None:
    may = caller.name in MAY[label]
    if label in STREAMS and may:
        return

    @settings(
        max_examples=EXAMPLES if may else max(2, EXAMPLES // 2),
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(st.data())
    def with_whatever_input(data: st.DataObject) -> None:
        case = data.draw(input_of(operation), label="case")
        for name, values in world.known.items():
            if name in (case.path_parameters or {}) and data.draw(st.integers(0, 3)):
                case.path_parameters[name] = data.draw(st.sampled_from(values))
        if data.draw(st.integers(0, 3)) == 0:
            case.body = with_zero_bytes(case.body)
        response = case.call(
            base_url=world.url,
            headers={**(case.headers or {}), **caller.headers},
            cookies=caller.cookies,
            timeout=REQUEST_SECONDS,
        )
        told = f"{label} by {caller.name}: {response.status_code} {response.text[:300]}"
        assert response.status_code < 500 or label in TELLS_OF_FAILURES, told
        assert may or not 200 <= response.status_code < 300, told
        if response.status_code >= 400 and label not in TELLS_OF_FAILURES:
            assert response.headers["content-type"][0].startswith("application/problem+json"), told

    with_whatever_input()


def with_zero_bytes(body: Any) -> Any:
    """The same with what PostgreSQL cannot store at the end of each text."""
    if isinstance(body, str):
        return f"{body}\x00"
    if isinstance(body, list):
        return [with_zero_bytes(each) for each in body]
    if isinstance(body, dict):
        return {name: with_zero_bytes(each) for name, each in body.items()}
    return body


def input_of(operation: Any) -> st.SearchStrategy[Case]:
    """What the description allows, and what it does not."""
    right: st.SearchStrategy[Case] = operation.as_strategy(generation_mode=GenerationMode.POSITIVE)
    if not (operation.body or operation.query or operation.headers or operation.path_parameters):
        return right
    return st.one_of(right, operation.as_strategy(generation_mode=GenerationMode.NEGATIVE))
