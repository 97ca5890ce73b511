"""Webhooks on case events: who receives them, and what they say: one step of the protocol, nothing of what was said."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import httpx
import structlog
from sqlalchemy import delete, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from handover_api.clock import Clock
from handover_api.database import SessionFactory
from handover_api.integrations.delivery import RefusedError
from handover_api.integrations.webhooks import WebhookClient, new_secret
from handover_api.models import ConversationEvent, Outgoing, WebhookSubscription
from handover_api.outgoing.outbox import enqueue
from handover_api.rules.conversation import Event
from handover_api.rules.outgoing import OutgoingState

KIND = "webhook"
_GONE = "webhook_gone"

log = structlog.get_logger()


class WebhookAddressError(ValueError):
    """The address is none that a webhook can be sent to."""


@dataclass(frozen=True)
class ListedSubscription:
    subscription: WebhookSubscription
    waiting: int
    given_up: int


async def announce(session: AsyncSession, step: ConversationEvent) -> None:
    """Tells the receivers that have asked for the event."""
    subscriptions = await session.scalars(
        select(WebhookSubscription.id).where(
            WebhookSubscription.is_active,
            or_(func.cardinality(WebhookSubscription.events) == 0, WebhookSubscription.events.contains([step.event])),
        )
    )
    for subscription in subscriptions:
        await enqueue(
            session,
            KIND,
            f"{KIND}:{subscription}:{step.conversation_id}:{step.version}",
            {
                "subscription": str(subscription),
                "conversation_id": str(step.conversation_id),
                "version": step.version,
            },
            step.at,
            lane=f"{KIND}:{subscription}",
        )


def body(step: ConversationEvent) -> bytes:
    data: dict[str, Any] = {
        "conversation_id": str(step.conversation_id),
        "seq": step.seq,
        "version": step.version,
        "event": step.event,
        "before": step.before,
        "after": step.after,
        "actor": {"kind": step.actor_kind},
        "reason": step.reason,
        "case_reference": step.case_reference,
        "evidence": step.evidence,
        "at": step.at.isoformat(),
    }
    return json.dumps({"type": f"case.{step.event}", "timestamp": step.at.isoformat(), "data": data}).encode()


class WebhookCourier:
    def __init__(self, sessions: SessionFactory, client: WebhookClient, clock: Clock) -> None:
        self._sessions = sessions
        self._client = client
        self._clock = clock

    async def send(self, item: Outgoing) -> None:
        async with self._sessions() as session:
            subscription = await session.get(WebhookSubscription, UUID(item.payload["subscription"]))
            step = await session.scalar(
                select(ConversationEvent).where(
                    ConversationEvent.conversation_id == UUID(item.payload["conversation_id"]),
                    ConversationEvent.version == item.payload["version"],
                )
            )
        if subscription is None or not subscription.is_active or step is None:
            raise RefusedError("webhook_not_wanted")
        await self._client.post(subscription.url, subscription.secret, f"msg_{item.id.hex}", self._clock(), body(step))

    async def give_up(self, session: AsyncSession, item: Outgoing, problem: str, now: datetime) -> None:  # noqa: ARG002 - the courier's interface
        """Whoever runs the service owns what did not arrive: `list-webhooks` counts it."""
        if problem == _GONE:
            await session.execute(
                update(WebhookSubscription)
                .where(WebhookSubscription.id == UUID(item.payload["subscription"]))
                .values(is_active=False)
            )
            log.error("webhook.deactivated", subscription_id=item.payload["subscription"])


async def add_subscription(session: AsyncSession, url: str, events: list[Event], now: datetime) -> WebhookSubscription:
    """Makes a receiver with a secret of its own.

    Raises:
        WebhookAddressError
    """
    require_address(url)
    subscription = WebhookSubscription(
        url=url, secret=new_secret(), events=[event.value for event in events], created_at=now
    )
    session.add(subscription)
    await session.flush()
    return subscription


def require_address(url: str) -> None:
    """
    Raises:
        WebhookAddressError
    """
    try:
        address = httpx.URL(url)
    except httpx.InvalidURL:
        raise WebhookAddressError(f"{url} is not an address") from None
    if address.scheme not in {"https", "http"} or not address.host:
        raise WebhookAddressError("A webhook's address begins with https:// or http://")
    if address.userinfo:
        raise WebhookAddressError("A webhook's address holds no user name and no password")


async def list_subscriptions(session: AsyncSession) -> list[ListedSubscription]:
    """Every receiver, with how much waits to be sent to it and how much never arrived."""
    counts: dict[tuple[str, str], int] = {}
    rows = await session.execute(
        select(Outgoing.lane, Outgoing.state, func.count())
        .where(Outgoing.kind == KIND, Outgoing.state != OutgoingState.DONE)
        .group_by(Outgoing.lane, Outgoing.state)
    )
    for lane, state, count in rows:
        counts[lane, state] = count
    return [
        ListedSubscription(
            each,
            counts.get((f"{KIND}:{each.id}", OutgoingState.PENDING), 0),
            counts.get((f"{KIND}:{each.id}", OutgoingState.GIVEN_UP), 0),
        )
        for each in await session.scalars(select(WebhookSubscription).order_by(WebhookSubscription.created_at))
    ]


async def remove_subscription(session: AsyncSession, subscription_id: UUID) -> bool:
    """Returns whether there was one. What waits to be sent to it is not sent."""
    lane = f"{KIND}:{subscription_id}"
    await session.execute(delete(Outgoing).where(Outgoing.lane == lane, Outgoing.state == OutgoingState.PENDING))
    removed = await session.scalar(
        delete(WebhookSubscription).where(WebhookSubscription.id == subscription_id).returning(WebhookSubscription.id)
    )
    return removed is not None
