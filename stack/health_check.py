"""Ends with 0 when an address answers that all is well: `python health_check.py <url> [part]`.

With a part, only that part of the answer of `/health/ready` counts: the worker has no port, and is known by its
sign of life, which the service sees.
"""

from __future__ import annotations

import json
import sys
import urllib.error
import urllib.request

PATIENCE_SECONDS = 5


def is_well(url: str, part: str | None) -> bool:
    # The address stands in docker-compose.yml; nobody else chooses it.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(url, timeout=PATIENCE_SECONDS) as answer:
            body = answer.read()
            all_is_well = True
    except urllib.error.HTTPError as error:
        body = error.read()
        all_is_well = False
    except OSError:
        return False
    return all_is_well if part is None else state_of(part, body) == "ok"


def state_of(part: str, body: bytes) -> object:
    try:
        return json.loads(body)["parts"][part]
    except (ValueError, KeyError, TypeError):
        return None


if __name__ == "__main__":
    sys.exit(0 if is_well(sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else None) else 1)  # noqa: PLR2004
