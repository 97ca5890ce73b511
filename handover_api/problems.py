"""One handler for every error: problem+json (RFC 9457) for programs, a page in Swedish for people.

The `reference` stands in the log too and can be read out on the telephone. What was sent in is never repeated.
"""

import contextlib
import re
import secrets
from typing import Any

import structlog
from anyio import BrokenResourceError
from fastapi import FastAPI, Request, Response
from fastapi.encoders import jsonable_encoder
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, RedirectResponse
from pydantic import BaseModel, ConfigDict
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Receive, Scope, Send

from handover_api.bot_models.archives import MOST_BYTES as MOST_ARCHIVE_BYTES
from handover_api.errors import ForbiddenOriginError, HandoverError, NotFoundError, ReasonNeededError
from handover_api.rules.import_course import MOST_BYTES as MOST_IMPORTED_BYTES
from handover_api.texts import _, to_translate
from handover_api.web import import_wording, pages
from handover_api.web.case_opening import opening_path
from handover_api.web.languages import speaking_with
from handover_api.web.studio_articles import IMPORT_PATH

log = structlog.get_logger()


class Problem(BaseModel):
    """What every error looks like (RFC 9457); some codes carry more members, such as the current `state`."""

    model_config = ConfigDict(extra="allow")

    type: str
    title: str
    status: int
    detail: str
    code: str
    reference: str


RESPONSES: dict[int | str, dict[str, Any]] = {
    status: {
        "description": "A problem",
        "content": {"application/problem+json": {"schema": Problem.model_json_schema()}},
    }
    for status in ("4XX", "5XX", 422)
}

_HTTP_SENTENCES = {
    400: ("unreadable", to_translate("Det som skickades går inte att läsa.")),
    404: ("not_found", to_translate("Det du söker finns inte, eller så har du inte tillgång till det.")),
    405: ("method_not_allowed", to_translate("Adressen finns, men inte för det här sättet att anropa den.")),
    413: ("too_large", to_translate("Det som skickades är för stort.")),
}
MAX_BODY_BYTES = 1_000_000
# Where the bot and its trainer bring models, and nothing else.
_ARCHIVE_PATH = re.compile(r"/internal/(?:models/starting|trainings/[^/]+/model)")
_RETRY_AFTER_SECONDS = 10
_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


def install(app: FastAPI) -> None:
    app.add_exception_handler(HandoverError, _handover_error)
    app.add_exception_handler(ReasonNeededError, _reason_needed)
    app.add_exception_handler(RequestValidationError, _validation_error)
    app.add_exception_handler(HTTPException, _http_error)
    for kind in (OperationalError, InterfaceError, PoolTimeoutError):
        app.add_exception_handler(kind, _database_away)
    app.add_exception_handler(Exception, _unexpected_error)
    app.add_middleware(_RefuseForeignAndUnusable)


class _RefuseForeignAndUnusable:
    """A cookie must not work from another site (CSRF), and a body must not fill the memory.

    Nothing stands between the application and what it sends, because most of that is long streams.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        refusal = _refusal(Request(scope)) if scope["type"] == "http" else None
        # Whoever reads a stream may go at the moment when something is sent. It is nobody's fault, and the browser
        # takes the stream up again.
        with contextlib.suppress(BrokenResourceError):
            await (refusal or self._app)(scope, receive, send)


def _refusal(request: Request) -> Response | None:
    if "\x00" in request.url.path:
        # It names nothing, and PostgreSQL refuses to look for it.
        return _respond(request, NotFoundError())
    if request.method not in _SAFE_METHODS:
        if _is_cross_site(request):
            return _respond(request, ForbiddenOriginError())
        length = request.headers.get("content-length", "")
        if not length.isdecimal() and "transfer-encoding" in request.headers:
            return _problem(request, 411, "length_required", _("Anropet måste ange hur stort det är."))
        if length.isdecimal() and int(length) > _most_bytes(request):
            code, detail = _HTTP_SENTENCES[413]
            return _problem(request, 413, code, import_wording.TOO_BIG if _is_import(request) else detail)
    return None


def _most_bytes(request: Request) -> int:
    """Models are large; the body of one is read first when the token has been."""
    if request.method == "PUT" and _ARCHIVE_PATH.fullmatch(request.url.path):
        return MOST_ARCHIVE_BYTES
    # What stands around the files of a form.
    return MOST_IMPORTED_BYTES + MAX_BODY_BYTES if _is_import(request) else MAX_BODY_BYTES


def _is_import(request: Request) -> bool:
    """Editors send files; they are read first when their right to do so has been."""
    return request.method == "POST" and request.url.path == IMPORT_PATH


def _is_cross_site(request: Request) -> bool:
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site not in {"same-origin", "none"}
    origin = request.headers.get("origin")
    return origin is not None and origin.split("://", 1)[-1] != request.headers.get("host")


async def _handover_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HandoverError)  # noqa: S101 - the handler is registered for this type
    return _respond(request, error)


async def _reason_needed(request: Request, error: Exception) -> Response:
    """Whoever looks at another's case with a browser is asked why, and then goes on to it."""
    assert isinstance(error, ReasonNeededError)  # noqa: S101 - the handler is registered for this type
    if request.method == "GET" and pages.wants_page(request):
        return RedirectResponse(opening_path(error.case), 303)
    return _respond(request, error)


def _respond(request: Request, error: HandoverError) -> Response:
    return _problem(request, error.status, error.code, error.detail, error.extra)


async def _validation_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101 - the handler is registered for this type
    # Only places and kinds: pydantic's own report quotes the input.
    fields = [
        {"field": ".".join(str(part) for part in item["loc"]), "problem": item["type"]} for item in error.errors()
    ]
    return _problem(
        request, 422, "invalid", _("Något i det som skickades saknas eller har fel form."), {"fields": fields}
    )


async def _http_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 - the handler is registered for this type
    code, detail = _HTTP_SENTENCES.get(error.status_code, ("http_error", to_translate("Anropet kunde inte besvaras.")))
    return _problem(request, error.status_code, code, detail, headers=dict(error.headers or {}))


async def _database_away(request: Request, error: Exception) -> Response:
    """The database does not answer, or has too much to do: nothing of the request has been stored."""
    detail = _("Chatten går inte att nå just nu. Försök igen om en stund.")
    response = _problem(request, 503, "unavailable", detail, {"retry_after": _RETRY_AFTER_SECONDS})
    log.error("request.failed", reference=response.headers["x-reference"], exc_info=error)
    return response


async def _unexpected_error(request: Request, error: Exception) -> Response:
    # This one is met outside of all else, where nobody has said which language is spoken.
    with speaking_with(request):
        response = _problem(request, 500, "internal", HandoverError.detail)
    log.error("request.failed", reference=response.headers["x-reference"], exc_info=error)
    return response


def _problem(
    request: Request,
    status: int,
    code: str,
    detail: str,
    extra: dict[str, Any] | None = None,
    headers: dict[str, str] | None = None,
) -> Response:
    reference = secrets.token_hex(4)
    detail = _(detail)
    extra = extra or {}
    all_headers = {**(headers or {}), "x-reference": reference}
    if "retry_after" in extra:
        all_headers["retry-after"] = str(extra["retry_after"])
    if status == 401:  # noqa: PLR2004 - the status has its usual meaning
        all_headers["www-authenticate"] = "Bearer"
    if pages.wants_page(request):
        return pages.error_page(request, status, code, detail, reference, all_headers)
    body = {
        "type": f"urn:handover:problem:{code}",
        "title": code.replace("_", " "),
        "status": status,
        "detail": detail,
        "code": code,
        "reference": reference,
        **jsonable_encoder(extra),
    }
    return JSONResponse(body, status, all_headers, media_type="application/problem+json")
