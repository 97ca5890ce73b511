"""Asks a process over HTTP whether it is healthy."""

from __future__ import annotations

import http.client
import json
from dataclasses import dataclass

# Longer than a process takes that asks its own parts before it answers.
PATIENCE_SECONDS = 5.0
HEALTHY = 200


@dataclass(frozen=True)
class HttpHealth:
    host: str
    port: int
    paths: tuple[str, ...]

    def __call__(self) -> str | None:
        for path in self.paths:
            missing = self._missing(path)
            if missing is not None:
                return missing
        return None

    def _missing(self, path: str) -> str | None:
        # Not urllib: it would send the question through a proxy if the environment names one.
        connection = http.client.HTTPConnection(self.host, self.port, timeout=PATIENCE_SECONDS)
        try:
            connection.request("GET", path)
            answer = connection.getresponse()
            body = answer.read()
        except (OSError, http.client.HTTPException) as error:
            return f"GET {path} gets no answer ({error})"
        finally:
            connection.close()
        return None if answer.status == HEALTHY else f"GET {path} answers {answer.status}{unready_parts(body)}"


def unready_parts(body: bytes) -> str:
    """The body where it is JSON, as it names each part."""
    try:
        return f" {json.dumps(json.loads(body), ensure_ascii=False)}"
    except ValueError:
        return ""
