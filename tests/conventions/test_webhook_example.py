"""The worked example on the page about webhooks is right, so whoever writes a receiver can trust it."""

import re
from datetime import UTC, datetime

import pytest
from repository import ROOT

from handover_api.integrations.webhooks import BadSignatureError, verify

PAGE = (ROOT / "docs" / "contracts" / "webhooks.md").read_text(encoding="utf-8")


def found(pattern: str) -> str:
    match = re.search(pattern, PAGE, re.MULTILINE)
    assert match, pattern
    return match[1]


def test_the_example_is_signed_as_it_says() -> None:
    secret = found(r"`(whsec_[A-Za-z0-9+/=]{32,})`")
    body = found(r"byte for byte[^`]*```json\n(.*)\n```").encode()
    webhook_id, timestamp = found(r"^webhook-id: (\S+)$"), found(r"^webhook-timestamp: (\d+)$")
    signature = found(r"^webhook-signature: (\S+)$")
    now = datetime.fromtimestamp(int(timestamp), UTC)
    verify(secret, webhook_id, timestamp, signature, body, now)
    with pytest.raises(BadSignatureError):
        verify(secret, webhook_id, timestamp, signature, body + b"\n", now)
