"""Signed webhooks, as Standard Webhooks 1.0 describes them, out and in (docs/contracts/webhooks.md)."""

import asyncio
import base64
import binascii
import hashlib
import hmac
import ipaddress
import secrets
import socket
from datetime import datetime, timedelta

import httpx

from handover_api.integrations.delivery import RefusedError, TryAgainError

SECRET_PREFIX = "whsec_"  # noqa: S105 - says what follows
TOLERANCE = timedelta(minutes=5)
MAX_ID_CHARACTERS = 200
_SECRET_BYTES = 32
_LEAST_SECRET_BYTES = 24
_GONE = 410


class BadSecretError(ValueError):
    """The secret is not `whsec_` and at least 24 bytes in base64."""


class BadSignatureError(Exception):
    """The webhook does not come from whoever has the secret, or not just now."""


class ReceiverGoneError(RefusedError):
    """The receiver wants no more."""


def new_secret() -> str:
    return SECRET_PREFIX + base64.b64encode(secrets.token_bytes(_SECRET_BYTES)).decode()


def sign(secret: str, webhook_id: str, at: datetime, body: bytes) -> str:
    """The header `webhook-signature`.

    Raises:
        BadSecretError
    """
    signed = f"{webhook_id}.{int(at.timestamp())}.".encode() + body
    return "v1," + base64.b64encode(hmac.new(key(secret), signed, hashlib.sha256).digest()).decode()


def verify(secret: str, webhook_id: str, timestamp: str, signatures: str, body: bytes, now: datetime) -> None:
    """Checks a received webhook. Several signatures may be given, as when the secret is being changed.

    Raises:
        BadSignatureError: none of them is right, or it was sent more than five minutes ago or ahead.
        BadSecretError
    """
    if not 1 <= len(webhook_id) <= MAX_ID_CHARACTERS:
        raise BadSignatureError
    if not (timestamp.isascii() and timestamp.isdecimal() and len(timestamp) <= 12):  # noqa: PLR2004 - the year 33658
        raise BadSignatureError
    if abs(now.timestamp() - int(timestamp)) > TOLERANCE.total_seconds():
        raise BadSignatureError
    at = datetime.fromtimestamp(int(timestamp), now.tzinfo)
    expected = sign(secret, webhook_id, at, body).encode()
    # Every one is compared in full, so that the time taken says nothing.
    matches = [hmac.compare_digest(expected, each.encode()) for each in signatures.split()]
    if not any(matches):
        raise BadSignatureError


def key(secret: str) -> bytes:
    """
    Raises:
        BadSecretError
    """
    try:
        decoded = base64.b64decode(secret.removeprefix(SECRET_PREFIX), validate=True)
    except (binascii.Error, ValueError):
        raise BadSecretError from None
    if not secret.startswith(SECRET_PREFIX) or len(decoded) < _LEAST_SECRET_BYTES:
        raise BadSecretError
    return decoded


class WebhookClient:
    """Posts webhooks. It follows no redirects, and goes to no address inside the own network unless it is allowed."""

    def __init__(self, *, may_be_private: bool, timeout_seconds: float = 10.0) -> None:
        self._may_be_private = may_be_private
        self._client = httpx.AsyncClient(timeout=timeout_seconds, trust_env=False, follow_redirects=False)

    async def post(self, url: str, secret: str, webhook_id: str, at: datetime, body: bytes) -> None:
        """
        Raises:
            ReceiverGoneError: 410.
            RefusedError: `webhook_address_forbidden`.
            TryAgainError
        """
        address = httpx.URL(url)
        headers = {
            "content-type": "application/json",
            "host": address.netloc.decode(),
            "webhook-id": webhook_id,
            "webhook-timestamp": str(int(at.timestamp())),
            "webhook-signature": sign(secret, webhook_id, at, body),
        }
        try:
            # The checked address itself is called, so that the name cannot mean something else a moment later.
            # What the receiver says beside its status is not read, however long it goes on.
            async with self._client.stream(
                "POST",
                address.copy_with(host=await self._resolve(address)),
                content=body,
                headers=headers,
                extensions={"sni_hostname": address.host},
            ) as response:
                status = response.status_code
        except (httpx.HTTPError, OSError):
            raise TryAgainError("webhook_unreachable") from None
        if status == _GONE:
            raise ReceiverGoneError("webhook_gone")
        if not httpx.codes.is_success(status):
            raise TryAgainError(f"webhook_answered_{status}")

    async def close(self) -> None:
        await self._client.aclose()

    async def _resolve(self, address: httpx.URL) -> str:
        port = address.port or (443 if address.scheme == "https" else 80)
        found = await asyncio.get_running_loop().getaddrinfo(address.host, port, type=socket.SOCK_STREAM)
        addresses = [str(entry[4][0]) for entry in found]
        if not self._may_be_private and not all(map(_is_public, addresses)):
            raise RefusedError("webhook_address_forbidden")
        return addresses[0]


def _is_public(address: str) -> bool:
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address) and ip.ipv4_mapped is not None:
        ip = ip.ipv4_mapped
    return ip.is_global and not ip.is_multicast
