"""What all pages share: templates, static files, security headers, and pages for errors."""

import hashlib
from pathlib import Path
from typing import Any, override
from urllib.parse import quote

from fastapi import FastAPI, Request, Response
from fastapi.responses import FileResponse, HTMLResponse, RedirectResponse
from fastapi.staticfiles import StaticFiles
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from starlette.types import Scope

from handover_api.settings import Settings
from handover_api.web import markup, wording

_FOLDER = Path(__file__).parent
STATIC_FOLDER = _FOLDER / "static"
_PROGRAM_PATHS = ("/api/", "/internal/", "/health/", "/static/", "/launcher/")
CHAT_PATH = "/chatt"
SIGN_IN_PATH = "/logga-in"

_TITLES = {
    401: "Du behöver logga in",
    403: "Anropet stoppades",
    404: "Sidan finns inte",
    405: "Sidan finns inte",
    409: "Läget har ändrats",
    413: "Det var för mycket på en gång",
    422: "Något saknas",
    429: "För många försök",
}
_TITLE_OF_OUR_FAULTS = "Något gick fel hos oss"


def _fingerprint_of_static_files() -> str:
    digest = hashlib.sha256()
    for path in sorted(STATIC_FOLDER.rglob("*")):
        if path.is_file():
            digest.update(path.relative_to(STATIC_FOLDER).as_posix().encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


# The files lie under an address that changes with them, so browsers may keep them for ever, and modules that import
# each other always fit.
_STATIC_PATH = f"/static/{_fingerprint_of_static_files()}"


class _FilesForEver(StaticFiles):
    @override
    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        response.headers["cache-control"] = "public, max-age=31536000, immutable"
        response.headers["x-content-type-options"] = "nosniff"
        return response


def _static(path: str) -> str:
    return f"{_STATIC_PATH}/{path}"


def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_FOLDER / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals.update(static=_static, link=markup.link, wording=wording)
    environment.filters.update(markdown=markup.markdown)
    return environment


_ENVIRONMENT = _environment()


def install(app: FastAPI) -> None:
    """Adds the files that the pages load."""
    app.mount(_STATIC_PATH, _FilesForEver(directory=STATIC_FOLDER), name="static")
    app.add_api_route("/launcher/1.js", _launcher, include_in_schema=False)


async def _launcher() -> FileResponse:
    """The script that other sites load; its address never changes and version 1 must never break."""
    return FileResponse(
        STATIC_FOLDER / "launcher" / "1.js",
        media_type="text/javascript",
        headers={
            "cache-control": "public, max-age=3600",
            "x-content-type-options": "nosniff",
            # A module from another origin is only run if that origin says so.
            "access-control-allow-origin": "*",
            "cross-origin-resource-policy": "cross-origin",
        },
    )


def page(request: Request, template: str, *, status: int = 200, **context: Any) -> HTMLResponse:
    """A whole page, with the headers that every page has."""
    html = _ENVIRONMENT.get_template(template).render(is_demo=_settings(request).is_demo, **context)
    return HTMLResponse(html, status, _headers(request))


def fragment(template: str, **context: Any) -> Markup:
    """A part of a page, made by the same template that the page includes."""
    return Markup(_ENVIRONMENT.get_template(template).render(**context))  # noqa: S704 - the template escapes


def wants_page(request: Request) -> bool:
    """Whether a person's browser asks, and not a program or a script of ours."""
    return "text/html" in request.headers.get("accept", "") and not request.url.path.startswith(_PROGRAM_PATHS)


def error_page(
    request: Request, status: int, code: str, detail: str, reference: str, headers: dict[str, str]
) -> Response:
    """A page that says what went wrong; whoever is only signed out is sent to sign in."""
    if code == "not_signed_in" and request.method == "GET":
        wanted = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        return RedirectResponse(f"{SIGN_IN_PATH}?till={quote(wanted)}", 303)
    response = page(
        request,
        "error.html.j2",
        status=status,
        title=_TITLES.get(status, _TITLE_OF_OUR_FAULTS),
        detail=detail,
        reference=reference,
        is_signed_out=code == "not_signed_in",
        may_have_written=request.method == "POST",
        way_back="/desk" if request.url.path.startswith("/desk") else CHAT_PATH,
    )
    response.headers.update(headers)
    return response


def _headers(request: Request) -> dict[str, str]:
    # Only the chat may live in other sites' frames; a framed desk could be made to press buttons for its agent.
    is_chat = request.url.path.startswith(CHAT_PATH)
    ancestors = " ".join(("'self'", *_settings(request).frame_ancestors)) if is_chat else "'none'"
    policy = {
        "default-src": "'none'",
        "script-src": "'self'",
        "style-src": "'self'",
        "img-src": "'self'",
        "connect-src": "'self'",
        "frame-src": "'self'",
        "form-action": "'self'",
        "base-uri": "'none'",
        "frame-ancestors": ancestors,
    }
    return {
        "content-security-policy": "; ".join(f"{name} {value}" for name, value in policy.items()),
        "x-content-type-options": "nosniff",
        "referrer-policy": "same-origin",
        "cache-control": "no-store",
    }


def _settings(request: Request) -> Settings:
    settings: Settings = request.app.state.settings
    return settings
