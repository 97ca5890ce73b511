"""Every route says who may use it, by what it depends on or in the list below."""

from collections.abc import Iterator

import pytest
from fastapi.dependencies.models import Dependant
from fastapi.routing import iter_route_contexts

from handover_api.application import create_application
from handover_api.settings import read_settings

# Our own dependencies that let only some through.
GUARDS = {
    "signed_in_staff": "staff",
    "streaming_staff": "staff",
    "streaming_lead": "staff",
    "streaming_keeper": "staff",
    "sign_of_life": "staff",
    "own_conversation": "resident",
    "authorised_stream": "resident",
    "current_visit": "resident",
    "_streamed_conversation": "resident",
    "only_with_internal_token": "action server",
    "signed_by_case_system": "case system",
}
FOR_EVERYONE = {
    "GET /api/openapi.json",
    "GET /health/live",
    "GET /health/ready",
    "POST /api/conversations",
    # Who comes back shows the code of the case, which is checked behind the route.
    "POST /api/conversations/return",
    "POST /api/session",
    "DELETE /api/session",
    "GET /",
    "GET /launcher/1.js",
    "GET /tema/{name}",
    "GET /chatt/sprak",
    "GET /logga-in",
    "POST /logga-in",
    "POST /logga-ut",
}
AUDIENCE_OF_PATH = {
    "/api/cases": "staff",
    "/api/answer-groups": "staff",
    "/api/opening-": "staff",
    "/api/crisis-message": "staff",
    "/api/bot-switches": "staff",
    "/desk": "staff",
    "/redaktion": "staff",
    "/api/conversations/": "resident",
    "/chatt": "resident",
    "/internal": "action server",
    "/api/webhooks": "case system",
}


def dependencies(dependant: Dependant) -> Iterator[str]:
    for dependency in dependant.dependencies:
        call = dependency.call
        if str(getattr(call, "__module__", "")).startswith("handover_api."):
            yield call.__name__
        yield from dependencies(dependency)


@pytest.fixture(scope="module")
def audiences() -> dict[str, set[str]]:
    """Who may use each route, as "GET /path" → audiences."""
    settings = {
        "DATABASE_URL": "postgresql://nobody@nowhere/nothing",
        "BOT_TOKEN": "x" * 16,
        "INTERNAL_TOKEN": "x" * 16,
    }
    app = create_application(read_settings(settings))
    found: dict[str, set[str]] = {}
    for context in iter_route_contexts(app.routes):
        if context.methods is None:
            assert str(context.path).startswith("/static/"), f"{context.path} is mounted and guarded by nothing"
            continue
        dependant = getattr(context, "dependant", None)
        guards = {GUARDS[name] for name in dependencies(dependant) if name in GUARDS} if dependant else set()
        for method in set(context.methods) - {"HEAD"}:
            found[f"{method} {context.path}"] = guards
    return found


def test_every_route_says_who_may_use_it(audiences: dict[str, set[str]]) -> None:
    assert len(audiences) > 20
    unguarded = {route for route, guards in audiences.items() if not guards}
    assert unguarded == FOR_EVERYONE


def test_every_guard_is_in_use(audiences: dict[str, set[str]]) -> None:
    assert set().union(*audiences.values()) == set(GUARDS.values())


def test_every_path_belongs_to_its_audience(audiences: dict[str, set[str]]) -> None:
    for route, guards in audiences.items():
        path = route.split(" ", 1)[1]
        for beginning, audience in AUDIENCE_OF_PATH.items():
            if path.startswith(beginning) and guards:
                assert guards == {audience}, route
