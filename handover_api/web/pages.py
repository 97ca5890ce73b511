"""What all pages share: templates, static files, security headers, and pages for errors."""

import hashlib
import re
from functools import cache
from pathlib import Path
from typing import Any, override
from urllib.parse import quote

from fastapi import FastAPI, Request, Response
from fastapi.responses import FileResponse, HTMLResponse, RedirectResponse
from fastapi.staticfiles import StaticFiles
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from starlette.middleware.gzip import GZipMiddleware
from starlette.types import Scope

from handover_api import texts
from handover_api.errors import NotFoundError
from handover_api.settings import Settings
from handover_api.texts import _, to_translate
from handover_api.web import launcher, markup, own_words, scripts, wording
from handover_api.web.known_facts import KnownFacts
from handover_api.web.sites import THEME_PATH, Sites

_FOLDER = Path(__file__).parent
STATIC_FOLDER = _FOLDER / "static"
TEMPLATES_FOLDER = _FOLDER / "templates"
_PROGRAM_PATHS = ("/api/", "/internal/", "/health/", "/static/", "/launcher/", f"{THEME_PATH}/")
CHAT_PATH = "/chatt"
SIGN_IN_PATH = "/logga-in"
# Where staff go on from an error; everybody else goes on to the chat.
_STAFF_PATHS = ("/desk", "/redaktion")

_TITLES = {
    401: to_translate("Du behöver logga in"),
    403: to_translate("Anropet stoppades"),
    404: to_translate("Sidan finns inte"),
    405: to_translate("Sidan finns inte"),
    409: to_translate("Läget har ändrats"),
    413: to_translate("Det var för mycket på en gång"),
    422: to_translate("Något saknas"),
    429: to_translate("För många försök"),
}
_OUR_FAULT = 500
_TITLE_OF_OUR_FAULTS = to_translate("Något gick fel hos oss")


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


_IMPORT = re.compile(r'from "\./([^"]+)"|import "\./([^"]+)"')

_FOR_EVER = {"cache-control": "public, max-age=31536000, immutable", "x-content-type-options": "nosniff"}


class _FilesForEver(StaticFiles):
    @override
    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        if path.endswith(".js") and isinstance(response, FileResponse):
            response = Response(scripts.as_sent(Path(response.path)), media_type="text/javascript")
        response.headers.update(_FOR_EVER)
        return response


def _static(path: str) -> str:
    return f"{_STATIC_PATH}/{path}"


@cache
def with_imports(script: str) -> tuple[str, ...]:
    """A script and all that it imports, by name. Told to the browser at once, they are fetched at once."""
    found = [script]
    for name in found:
        text = (STATIC_FOLDER / name).read_text(encoding="utf-8")
        imported = (f"js/{file}" for pair in _IMPORT.findall(text) for file in pair if file)
        found.extend(name for name in imported if name not in found)
    return tuple(found)


def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES_FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        # The templates belong to the program: another version of them is another start.
        auto_reload=False,
        extensions=["jinja2.ext.i18n"],
    )
    # {% trans %} and _() in the templates; an inserted value is escaped, and a sentence may break its line anywhere.
    environment.policies["ext.i18n.trimmed"] = True
    environment.install_gettext_callables(texts.gettext, texts.ngettext, newstyle=True)  # type: ignore[attr-defined]
    environment.globals.update(
        static=_static,
        with_imports=with_imports,
        link=markup.link,
        fact=markup.fact,
        wording=wording,
        interface_language=texts.interface_language,
        own_language=own_words.own_language,
        own_words=own_words.own_words,
        in_own_words=own_words.in_own_words,
        has_own_words=own_words.has_own_words,
        status_in_own_words=own_words.status,
    )
    environment.filters.update(markdown=markup.markdown, plain=markup.plain)
    return environment


_ENVIRONMENT = _environment()


def install(app: FastAPI) -> None:
    """Adds the files that the pages load."""
    # Only these are compressed: the size of a compressed page could tell of the secrets in it.
    app.mount(_STATIC_PATH, GZipMiddleware(_FilesForEver(directory=STATIC_FOLDER), minimum_size=500), name="static")
    launcher.install(app)
    app.add_api_route(f"{THEME_PATH}/{{name}}", _theme, include_in_schema=False)


async def _theme(request: Request) -> Response:
    """A site's colours; the pages of the chat load them, and browsers may keep them for ever."""
    stylesheet = _sites(request).stylesheet(request.url.path)
    if stylesheet is None:
        raise NotFoundError
    return Response(stylesheet, media_type="text/css", headers=_FOR_EVER)


def page(request: Request, template: str, *, status: int = 200, **context: Any) -> HTMLResponse:
    """A whole page, with the headers that every page has."""
    html = _ENVIRONMENT.get_template(template).render(
        **{"is_demo": _settings(request).is_demo, "theme": _theme_of(request), "here": request.url.path, **context}
    )
    return HTMLResponse(html, status, _headers(request))


def fragment(template: str, **context: Any) -> Markup:
    """A part of a page, made by the same template that the page includes."""
    return Markup(_ENVIRONMENT.get_template(template).render(**context))  # noqa: S704 - the template escapes


def on_one_line(html: Markup) -> Markup:
    """For a stream, which sends a field a line."""
    # Markup's own ways of splitting and joining look at every word anew.
    return Markup(" ".join(str.split(html)))  # noqa: S704 - it was one already


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
        title=_(_TITLES.get(status, _TITLE_OF_OUR_FAULTS)),
        detail=detail,
        reference=reference,
        is_signed_out=code == "not_signed_in",
        may_have_written=request.method == "POST",
        is_chat=_is_chat(request),
        # When something of ours fails, the way to the municipality is another one.
        facts=_known_facts(request).latest if status >= _OUR_FAULT and _is_chat(request) else {},
        way_back=next((path for path in _STAFF_PATHS if request.url.path.startswith(path)), CHAT_PATH),
    )
    response.headers.update(headers)
    return response


def _headers(request: Request) -> dict[str, str]:
    # Only the chat may live in other sites' frames; a framed desk could be made to press buttons for its agent.
    is_chat = _is_chat(request)
    ancestors = " ".join(("'self'", *_sites(request).ancestors)) if is_chat else "'none'"
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


def _is_chat(request: Request) -> bool:
    return request.url.path.startswith(CHAT_PATH)


def _theme_of(request: Request) -> str:
    """The address of the colours of the site that the chat was opened on; staff's pages are always ours."""
    return _sites(request).of(request).theme_path if _is_chat(request) else ""


def _known_facts(request: Request) -> KnownFacts:
    facts: KnownFacts = request.app.state.facts
    return facts


def _sites(request: Request) -> Sites:
    sites: Sites = request.app.state.sites
    return sites


def _settings(request: Request) -> Settings:
    settings: Settings = request.app.state.settings
    return settings
