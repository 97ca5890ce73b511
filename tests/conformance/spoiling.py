"""Services and bots with one fault each, so that the kit can be seen to find it."""

import asyncio
import json
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Self
from uuid import uuid4

import httpx
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

HOP_HEADERS = {"host", "content-length", "transfer-encoding", "connection"}
METHODS = ["GET", "POST", "PUT", "DELETE"]
START_SECONDS = 20.0


@dataclass
class Asked:
    """A request on its way to the right service."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: Any


@dataclass
class Answered:
    """The right service's answer on its way back."""

    status: int
    body: Any


class Fault:
    """Does nothing wrong. A fault changes what is asked, or what is answered."""

    def before(self, asked: Asked) -> None:
        """Changes what the right service is asked."""

    async def after(self, asked: Asked, answered: Answered, ask: Callable[..., Any]) -> None:
        """Changes what it answered; `ask` asks it something more."""


class SpoilingProxy:
    """Passes everything on to the right service, through the fault of the moment."""

    def __init__(self, url: str) -> None:
        self.fault = Fault()
        self._right = httpx.AsyncClient(base_url=url, timeout=60, trust_env=False)
        self._socket = socket.create_server(("127.0.0.1", 0))
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        app = Starlette(routes=[Route("/{path:path}", self._pass_on, methods=METHODS)])
        self._server = uvicorn.Server(uvicorn.Config(app, access_log=False, log_level="warning"))
        self._thread = threading.Thread(target=lambda: asyncio.run(self._server.serve(sockets=[self._socket])))

    def __enter__(self) -> Self:
        self._thread.start()
        until = time.monotonic() + START_SECONDS
        while not self._server.started and time.monotonic() < until:
            time.sleep(0.01)
        return self

    def __exit__(self, *_: object) -> None:
        self._server.should_exit = True
        self._thread.join(START_SECONDS)

    async def _pass_on(self, request: Request) -> Response:
        content = await request.body()
        asked = Asked(
            request.method,
            request.url.path,
            dict(request.query_params),
            {name: value for name, value in request.headers.items() if name not in HOP_HEADERS},
            json.loads(content) if content else None,
        )
        self.fault.before(asked)
        if request.method == "GET" and asked.path.startswith("/api/conversations/") and asked.path.endswith("/events"):
            return await self._stream(asked)
        response = await self._ask(asked)
        answered = Answered(response.status_code, response.json() if response.content else None)

        async def ask(method: str, path: str, **fields: Any) -> Any:
            return (await self._right.request(method, path, headers=asked.headers, **fields)).json()

        await self.fault.after(asked, answered, ask)
        passed = {
            name: value
            for name, value in response.headers.multi_items()
            if name not in HOP_HEADERS and name != "content-encoding"
        }
        content = b"" if answered.body is None else json.dumps(answered.body).encode()
        return Response(content, answered.status, passed)

    async def _ask(self, asked: Asked) -> httpx.Response:
        return await self._right.request(
            asked.method, asked.path, params=asked.query, headers=asked.headers, json=asked.body
        )

    async def _stream(self, asked: Asked) -> Response:
        request = self._right.build_request("GET", asked.path, params=asked.query, headers=asked.headers)
        response = await self._right.send(request, stream=True)

        async def lines() -> Any:
            try:
                async for chunk in response.aiter_raw():
                    yield chunk
            finally:
                await response.aclose()

        return StreamingResponse(lines(), response.status_code, media_type="text/event-stream")


@dataclass
class Before(Fault):
    """A fault in what is asked."""

    change: Callable[[Asked], None]

    def before(self, asked: Asked) -> None:
        self.change(asked)


@dataclass
class After(Fault):
    """A fault in what is answered."""

    change: Callable[[Asked, Answered], None]

    async def after(self, asked: Asked, answered: Answered, ask: Callable[..., Any]) -> None:
        del ask
        self.change(asked, answered)


class TwoWinners(Fault):
    """Whoever claims is told that it worked."""

    async def after(self, asked: Asked, answered: Answered, ask: Callable[..., Any]) -> None:
        if asked.path.endswith("/claim") and answered.status == httpx.codes.CONFLICT:
            answered.status, answered.body = 200, await ask("GET", asked.path.removesuffix("/claim"))


@dataclass
class SameCaseForTwo(Fault):
    """The next case is whichever was given last."""

    given: Any = field(default=None)

    async def after(self, asked: Asked, answered: Answered, ask: Callable[..., Any]) -> None:
        del ask
        if asked.path == "/api/queue/next":
            self.given = self.given or answered.body
            answered.status, answered.body = 200, self.given


def forgets_client_ids(asked: Asked) -> None:
    if asked.path.endswith("/messages") and asked.method == "POST":
        asked.body["client_id"] = str(uuid4())


def ignores_versions(asked: Asked) -> None:
    if isinstance(asked.body, dict):
        asked.body.pop("version", None)


def ignores_keys(asked: Asked) -> None:
    asked.headers.pop("idempotency-key", None)


def ignores_after(asked: Asked) -> None:
    if asked.path.endswith("/messages") and asked.query.get("after") not in {None, "0"}:
        asked.query["after"] = str(max(0, int(asked.query["after"]) - 2))


def forgets_where_the_stream_was(asked: Asked) -> None:
    asked.headers.pop("last-event-id", None)


def tells_notes_to_everyone(asked: Asked) -> None:
    if asked.path.endswith("/notes"):
        asked.path = asked.path.replace("/notes", "/messages")


def leaves_gaps(asked: Asked, answered: Answered) -> None:
    if asked.path.endswith("/messages") and asked.method == "GET" and answered.status == httpx.codes.OK:
        for message in answered.body:
            message["seq"] += message["seq"] > 1


def lets_the_bot_talk_over_people(asked: Asked, answered: Answered) -> None:
    if asked.path.endswith("/messages") and asked.method == "GET" and answered.body:
        last = answered.body[-1]
        if last["author"] == "resident":
            answered.body.append({**last, "seq": last["seq"] + 1, "author": "bot", "kind": "answer"})


def tells_strangers_what_exists(asked: Asked, answered: Answered) -> None:
    del asked
    if answered.status == httpx.codes.NOT_FOUND:
        answered.body["code"] = f"not_yours_{uuid4().hex[:4].translate(str.maketrans('0123456789', 'ghijklmnop'))}"


def makes_a_case_each_time(asked: Asked, answered: Answered) -> None:
    if asked.path.endswith("/handover"):
        answered.body["case_reference"] = f"2026-{uuid4().int % 10**6:06d}"


def hides_an_event(asked: Asked, answered: Answered) -> None:
    if asked.path.startswith("/api/cases/") and asked.path.endswith("/events"):
        del answered.body[1:2]


def quotes_in_events(asked: Asked, answered: Answered) -> None:
    if asked.path.startswith("/api/cases/") and asked.path.endswith("/events"):
        answered.body[0]["evidence"]["text"] = "Det här är ett hemlighetsord"


def names_another_owner(asked: Asked, answered: Answered) -> None:
    if asked.method == "GET" and asked.path.startswith("/api/cases/") and answered.body.get("owner"):
        answered.body["owner"] = "Någon annan"


def says_nothing_of_the_state(asked: Asked, answered: Answered) -> None:
    del asked
    if answered.status == httpx.codes.CONFLICT:
        answered.body.pop("state", None)


def loses_the_place(asked: Asked, answered: Answered) -> None:
    if asked.method == "GET" and asked.path.startswith("/api/cases/") and answered.body.get("version", 0) > 3:
        answered.body["waiting_since"] = answered.body["created_at"].replace("2", "1", 1)


def promises_no_time(asked: Asked, answered: Answered) -> None:
    if asked.method == "GET" and asked.path.startswith("/api/conversations/") and isinstance(answered.body, dict):
        answered.body["due_at"] = None


def forgets_who_was_asked(asked: Asked) -> None:
    if isinstance(asked.body, dict):
        asked.body.pop("to", None)


def keeps_people_in_the_queue(asked: Asked, answered: Answered) -> None:
    if asked.path.endswith("/leave-queue") and answered.status == httpx.codes.OK:
        answered.body["state"] = "waiting"


def answers_after_the_claim(asked: Asked, answered: Answered) -> None:
    if asked.path.endswith("/messages") and asked.method == "GET" and answered.body:
        last = answered.body[-1]
        if last["kind"] == "agent_joined":
            answered.body.append({**last, "seq": last["seq"] + 1, "author": "bot", "kind": "answer"})


def moves_the_case_of_who_asks_the_bot(asked: Asked, answered: Answered) -> None:
    if asked.method == "GET" and asked.path.startswith("/api/conversations/") and isinstance(answered.body, dict):
        answered.body["case_reference"] = f"2026-{uuid4().int % 10**6:06d}"


def counts_people_on_a_break(asked: Asked, answered: Answered) -> None:
    if asked.path == "/internal/availability":
        answered.body["agents_present"] = 3


# The rule that finds it first, and the fault.
SERVICE_FAULTS: dict[str, tuple[str, Callable[[], Fault]]] = {
    "a double winner": ("HP-140", TwoWinners),
    "one case for two": ("HP-160", SameCaseForTwo),
    "a bot that talks over an agent": ("HP-146", lambda: After(lets_the_bot_talk_over_people)),
    "a bot that talks while somebody waits": ("HP-122", lambda: After(lets_the_bot_talk_over_people)),
    "a doubled message of a resident's": ("HP-110", lambda: Before(forgets_client_ids)),
    "a doubled message of an agent's": ("HP-144", lambda: Before(forgets_client_ids)),
    "a gap in the numbers": ("HP-112", lambda: After(leaves_gaps)),
    "old messages again": ("HP-113", lambda: Before(ignores_after)),
    "a stream that begins anew": ("HP-114", lambda: Before(forgets_where_the_stream_was)),
    "strangers who learn what exists": ("HP-102", lambda: After(tells_strangers_what_exists)),
    "a second case": ("HP-121", lambda: After(makes_a_case_each_time)),
    "a note that everyone reads": ("HP-145", lambda: Before(tells_notes_to_everyone)),
    "another owner": ("HP-142", lambda: After(names_another_owner)),
    "a refusal without the state": ("HP-143", lambda: After(says_nothing_of_the_state)),
    "stale versions that count": ("HP-150", lambda: Before(ignores_versions)),
    "keys that do not count": ("HP-151", lambda: Before(ignores_keys)),
    "a hidden event": ("HP-153", lambda: After(hides_an_event)),
    "an event that quotes": ("HP-154", lambda: After(quotes_in_events)),
    "a lost place": ("HP-161", lambda: After(loses_the_place)),
    "a bot that cannot be asked by who waits": ("HP-129", lambda: Before(forgets_who_was_asked)),
    "a bot whose answer comes after an agent": ("HP-137", lambda: After(answers_after_the_claim)),
    "a second case of who asks the bot": ("HP-155", lambda: After(moves_the_case_of_who_asks_the_bot)),
    "a queue that cannot be left": ("HP-164", lambda: After(keeps_people_in_the_queue)),
    "somebody who is not there": ("HP-128", lambda: After(counts_people_on_a_break)),
    "no promised time": ("HP-170", lambda: After(promises_no_time)),
}
