"""The script that other sites load; its address never changes, and version 1 must never break."""

import gzip
from functools import cache
from pathlib import Path

from fastapi import FastAPI, Request, Response

from handover_api.web import scripts

PATH = "/launcher/1.js"
_FILE = Path(__file__).parent / "static" / "launcher" / "1.js"
_HEADERS = {
    "cache-control": "public, max-age=3600",
    "x-content-type-options": "nosniff",
    # A module from another origin is only run if that origin says so.
    "access-control-allow-origin": "*",
    "cross-origin-resource-policy": "cross-origin",
    "vary": "accept-encoding",
}


@cache
def served_script() -> bytes:
    """The file without its comments, which every page of the municipality's site would have to fetch."""
    return scripts.as_sent(_FILE)


@cache
def _compressed() -> bytes:
    return gzip.compress(served_script())


def install(app: FastAPI) -> None:
    app.add_api_route(PATH, _launcher, include_in_schema=False)


async def _launcher(request: Request) -> Response:
    if "gzip" in request.headers.get("accept-encoding", ""):
        return Response(_compressed(), media_type="text/javascript", headers={**_HEADERS, "content-encoding": "gzip"})
    return Response(served_script(), media_type="text/javascript", headers=_HEADERS)
