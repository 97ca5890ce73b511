"""Signed webhooks on case events, to a real receiver."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
from fakes import FakeClock
from fastapi import FastAPI, Request, Response
from fastapi.responses import StreamingResponse
from hypothesis import given
from hypothesis import strategies as st
from leaving import outbox, worker_of
from people import PATIENCE_SECONDS, Json, People
from serving import serve

from handover_api import cli
from handover_api.database import SessionFactory, transaction
from handover_api.errors import NotFoundError
from handover_api.integrations.delivery import RefusedError
from handover_api.integrations.webhooks import (
    BadSecretError,
    BadSignatureError,
    WebhookClient,
    key,
    new_secret,
    sign,
    verify,
)
from handover_api.models import WebhookSubscription
from handover_api.outgoing import webhooks
from handover_api.outgoing.webhooks import WebhookAddressError
from handover_api.rules.conversation import Event
from handover_api.settings import Settings

NOW = FakeClock.START


@dataclass
class Receiver:
    """What it got, and what it answers."""

    got: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    status: int = 204
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def events(self) -> list[Json]:
        return [json.loads(body) for _, body in self.got]

    def application(self) -> FastAPI:
        app = FastAPI()

        @app.post("/{path}")
        async def receive(path: str, request: Request) -> Response:
            assert path
            self.got.append((dict(request.headers), await request.body()))
            return Response(status_code=self.status, headers=self.headers)

        return app


@pytest.fixture
async def receiver() -> Receiver:
    return Receiver()


@pytest.fixture
async def address(receiver: Receiver) -> AsyncIterator[str]:
    async with serve(receiver.application()) as url:
        yield f"{url}/hook"


async def subscribe(sessions: SessionFactory, url: str, *events: Event) -> WebhookSubscription:
    async with transaction(sessions) as session:
        return await webhooks.add_subscription(session, url, list(events), NOW)


async def claimed(people: People) -> str:
    resident = await people.resident()
    await resident.write("Det här är mina egna ord")
    reference = await resident.queue_up()
    await people.agent.claim(reference)
    return reference


async def test_every_step_is_told_signed_and_without_a_word_of_what_was_said(
    app: FastAPI, people: People, sessions: SessionFactory, clock: FakeClock, receiver: Receiver, address: str
) -> None:
    subscription = await subscribe(sessions, address)
    reference = await claimed(people)
    async with worker_of(app, clock, WEBHOOKS_TO_PRIVATE_ADDRESSES="true") as sender:
        await sender.send_due()
    steps = await people.agent.list_events(reference)
    told = sorted((each["data"] for each in receiver.events), key=lambda data: data["version"])
    assert [(each["event"], each["version"]) for each in told] == [("handover_asked", 2), ("claimed", 3)]
    for data, step in zip(told, steps, strict=True):
        assert set(data) == set(step)
        same = set(step) - {"actor", "at"}
        assert {name: data[name] for name in same} == {name: step[name] for name in same}
        assert data["actor"] == {"kind": step["actor"]["kind"]}
    for headers, body in receiver.got:
        verify(
            subscription.secret,
            headers["webhook-id"],
            headers["webhook-timestamp"],
            headers["webhook-signature"],
            body,
            clock(),
        )
        assert b"egna ord" not in body
    assert len({headers["webhook-id"] for headers, _ in receiver.got}) == 2


async def test_only_the_events_that_were_asked_for_are_told(
    app: FastAPI, people: People, sessions: SessionFactory, clock: FakeClock, receiver: Receiver, address: str
) -> None:
    await subscribe(sessions, address, Event.CLAIMED, Event.CLOSED)
    await claimed(people)
    async with worker_of(app, clock, WEBHOOKS_TO_PRIVATE_ADDRESSES="true") as sender:
        await sender.send_due()
    assert [each["type"] for each in receiver.events] == ["case.claimed"]


async def test_what_was_not_taken_is_sent_again_with_the_same_id_and_signed_anew(
    app: FastAPI, people: People, sessions: SessionFactory, clock: FakeClock, receiver: Receiver, address: str
) -> None:
    await subscribe(sessions, address, Event.CLAIMED)
    await claimed(people)
    receiver.status = 500
    async with worker_of(app, clock, WEBHOOKS_TO_PRIVATE_ADDRESSES="true") as sender:
        await sender.send_due()
        [item] = await outbox(sessions)
        assert (item.state, item.problem) == ("pending", "webhook_answered_500")
        receiver.status = 204
        clock.advance(minutes=1)
        await sender.send_due()
    (first, first_body), (again, body) = receiver.got
    assert first["webhook-id"] == again["webhook-id"]
    assert first["webhook-timestamp"] != again["webhook-timestamp"]
    assert first_body == body


async def test_whoever_answers_410_gets_nothing_more(
    app: FastAPI, people: People, sessions: SessionFactory, clock: FakeClock, receiver: Receiver, address: str
) -> None:
    await subscribe(sessions, address, Event.CLAIMED)
    receiver.status = 410
    await claimed(people)
    async with worker_of(app, clock, WEBHOOKS_TO_PRIVATE_ADDRESSES="true") as sender:
        await sender.send_due()
        await claimed(people)
        await sender.send_due()
    assert len(receiver.got) == 1
    async with sessions() as session:
        [listed] = await webhooks.list_subscriptions(session)
    assert (listed.subscription.is_active, listed.waiting, listed.given_up) == (False, 0, 1)


async def test_a_receiver_that_never_stops_talking_is_not_listened_to() -> None:
    app = FastAPI()

    async def talk(request: Request) -> AsyncIterator[bytes]:
        while not await request.is_disconnected():
            yield b"tack " * 1000

    @app.post("/hook")
    async def receive(request: Request) -> StreamingResponse:
        return StreamingResponse(talk(request))

    client = WebhookClient(may_be_private=True)
    async with serve(app) as url, asyncio.timeout(PATIENCE_SECONDS):
        await client.post(f"{url}/hook", new_secret(), "msg_1", NOW, b"{}")
        await client.close()


async def test_a_redirect_leads_nowhere(
    app: FastAPI, people: People, sessions: SessionFactory, clock: FakeClock, receiver: Receiver, address: str
) -> None:
    await subscribe(sessions, address, Event.CLAIMED)
    receiver.status, receiver.headers = 307, {"location": f"{address}/../elsewhere"}
    await claimed(people)
    async with worker_of(app, clock, WEBHOOKS_TO_PRIVATE_ADDRESSES="true") as sender:
        await sender.send_due()
    assert len(receiver.got) == 1
    assert [item.problem for item in await outbox(sessions)] == ["webhook_answered_307"]


async def test_the_own_network_is_not_reached_unless_it_is_allowed(
    app: FastAPI, people: People, sessions: SessionFactory, clock: FakeClock, receiver: Receiver, address: str
) -> None:
    await subscribe(sessions, address, Event.CLAIMED)
    await claimed(people)
    async with worker_of(app, clock) as sender:
        await sender.send_due()
    assert receiver.got == []
    assert [item.problem for item in await outbox(sessions)] == ["webhook_address_forbidden"]


@pytest.mark.parametrize(
    "host",
    [
        *(
            "127.0.0.1",
            "localhost",
            "10.0.0.8",
            "172.16.3.4",
            "192.168.1.1",
            "169.254.169.254",
            "100.64.0.1",
            "0.0.0.0",  # noqa: S104 - refused, never bound
        ),
        *("[::1]", "[fe80::1]", "[fd00::1]", "[::ffff:127.0.0.1]", "[::ffff:10.0.0.1]", "2130706433", "0x7f.1"),
    ],
)
async def test_no_spelling_of_a_private_address_is_let_through(host: str) -> None:
    client = WebhookClient(may_be_private=False)
    with pytest.raises(RefusedError, match="webhook_address_forbidden"):
        await client.post(f"http://{host}:9/hook", new_secret(), "msg_1", NOW, b"{}")
    await client.close()


@pytest.mark.parametrize(
    "url",
    [
        "ftp://a.example",
        "file:///etc/passwd",
        "a.example",
        "https://",
        "https://me:word@a.example",
        "https://a.example:port",
    ],
)
async def test_only_an_address_on_the_web_can_be_a_receiver(sessions: SessionFactory, url: str) -> None:
    with pytest.raises(WebhookAddressError):
        await subscribe(sessions, url)


async def test_a_receiver_that_was_removed_gets_nothing_of_what_waited(
    app: FastAPI, people: People, sessions: SessionFactory, clock: FakeClock, receiver: Receiver, address: str
) -> None:
    subscription = await subscribe(sessions, address)
    await claimed(people)
    async with transaction(sessions) as session:
        assert await webhooks.remove_subscription(session, subscription.id)
        assert not await webhooks.remove_subscription(session, subscription.id)
    async with worker_of(app, clock, WEBHOOKS_TO_PRIVATE_ADDRESSES="true") as sender:
        await sender.send_due()
    assert receiver.got == []


async def test_a_receiver_that_is_away_holds_up_no_other(
    app: FastAPI, people: People, sessions: SessionFactory, clock: FakeClock, receiver: Receiver, address: str
) -> None:
    async with serve(FastAPI()) as gone:
        pass
    await subscribe(sessions, f"{gone}/hook", Event.CLAIMED)
    await subscribe(sessions, address, Event.CLAIMED)
    await asyncio.gather(*(claimed(people) for _ in range(3)))
    async with worker_of(app, clock, WEBHOOKS_TO_PRIVATE_ADDRESSES="true") as sender:
        await sender.send_due()
    assert len(receiver.got) == 3
    assert sorted(item.state for item in await outbox(sessions)) == ["done"] * 3 + ["pending"] * 3


def test_the_signature_is_that_of_the_published_example() -> None:
    """The example that Standard Webhooks' own libraries are tested with."""
    signed = sign(
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        "msg_p5jXN8AQM9LWM0D4loKWxJek",
        datetime.fromtimestamp(1614265330, UTC),
        b'{"test": 2432232314}',
    )
    assert signed == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


@given(
    body=st.binary(), webhook_id=st.text(st.characters(codec="ascii", categories=["L", "N"]), min_size=1, max_size=99)
)
def test_what_is_signed_is_right_and_anything_else_is_wrong(body: bytes, webhook_id: str) -> None:
    secret = new_secret()
    right = sign(secret, webhook_id, NOW, body)
    stamp = str(int(NOW.timestamp()))
    verify(secret, webhook_id, stamp, f"v1,bm90IHRoaXM= {right}", body, NOW + timedelta(minutes=4))
    for changed in (
        (new_secret(), webhook_id, stamp, right, body, NOW),
        (secret, f"{webhook_id}x", stamp, right, body, NOW),
        (secret, webhook_id, str(int(stamp) + 1), right, body, NOW),
        (secret, webhook_id, stamp, right, body + b" ", NOW),
        (secret, webhook_id, stamp, "", body, NOW),
        (secret, webhook_id, stamp, right, body, NOW + timedelta(minutes=6)),
        (secret, webhook_id, stamp, right, body, NOW - timedelta(minutes=6)),
        (secret, webhook_id, "now", right, body, NOW),
        (secret, "", stamp, sign(secret, "", NOW, body), body, NOW),
    ):
        with pytest.raises(BadSignatureError):
            verify(*changed)


@pytest.mark.parametrize("secret", ["", "whsec_", "whsec_c2hvcnQ=", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_å" * 9])
def test_a_secret_of_another_form_is_refused(secret: str) -> None:
    with pytest.raises(BadSecretError):
        key(secret)


async def test_receivers_are_managed_on_the_command_line_and_a_secret_is_shown_once(
    settings: Settings, sessions: SessionFactory, capsys: pytest.CaptureFixture[str]
) -> None:
    await cli.add_webhook(settings, "https://receiver.example/hook", [Event.CLAIMED])
    made = json.loads(capsys.readouterr().out)
    async with sessions() as session:
        [listed] = await webhooks.list_subscriptions(session)
    assert made == {"id": str(listed.subscription.id), "secret": listed.subscription.secret}

    await cli.list_webhooks(settings)
    printed = capsys.readouterr().out
    assert json.loads(printed) == {
        "id": made["id"],
        "url": "https://receiver.example/hook",
        "events": ["claimed"],
        "is_active": True,
        "waiting": 0,
        "given_up": 0,
    }

    await cli.remove_webhook(settings, listed.subscription.id)
    await cli.list_webhooks(settings)
    assert capsys.readouterr().out == ""
    with pytest.raises(NotFoundError):
        await cli.remove_webhook(settings, listed.subscription.id)
