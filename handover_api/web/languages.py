"""The languages that a resident may choose to read the chat in, and how the choice is remembered.

In Swedish and English everything is said; in the others the sentences that matter most (own_words.py). Nobody's
language is chosen for them: the browser's wish is only offered.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from fastapi import Request, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from handover_api import texts

COOKIE = "sprak"
CHAT_PATH = "/chatt"
EASY_SWEDISH = "sv-simple"


@dataclass(frozen=True)
class Language:
    """`name` is in the language itself; `lang` and `dir` are what HTML says about it."""

    code: str
    name: str
    lang: str
    dir: str = "ltr"


LANGUAGES = {
    language.code: language
    for language in (
        Language("sv", "Svenska", "sv"),
        Language(EASY_SWEDISH, "Lättläst svenska", "sv"),
        Language("en", "English", "en"),
        Language("fi", "Suomi", "fi"),
        Language("ar", "العربية", "ar", "rtl"),
        Language("so", "Soomaali", "so"),
        Language("fa", "فارسی", "fa", "rtl"),
        Language("pl", "Polski", "pl"),
        Language("uk", "Українська", "uk"),
        Language("ti", "ትግርኛ", "ti"),
        Language("kmr", "Kurdî (Kurmancî)", "kmr"),
        Language("bs", "Bosanski / Hrvatski / Srpski", "bs"),
    )
}
# What browsers call some of them.
_OTHER_NAMES = {"ku": "kmr", "hr": "bs", "sr": "bs", "sh": "bs", "prs": "fa"}


def chosen(request: Request) -> str | None:
    """The code of the language that the browser's user has chosen; None when nothing is."""
    code = request.cookies.get(COOKIE)
    return code if code in LANGUAGES else None


def remember(request: Request, response: Response, code: str) -> None:
    """Until the browser is closed: the next person at a library's computer may read another language."""
    response.set_cookie(
        COOKIE,
        code,
        path=CHAT_PATH,
        httponly=True,
        secure=request.app.state.settings.uses_https,
        samesite="lax",
    )


def suggested(request: Request) -> Language | None:
    """The language that the browser asks for first, if it is one of ours, is not Swedish and nothing is chosen."""
    if chosen(request) is not None:
        return None
    first = request.headers.get("accept-language", "").split(",", maxsplit=1)[0].split(";", maxsplit=1)[0]
    code = first.strip().lower().split("-", maxsplit=1)[0]
    code = _OTHER_NAMES.get(code, code)
    return LANGUAGES.get(code) if code != texts.SOURCE else None


@contextmanager
def speaking_with(request: Request) -> Iterator[None]:
    """Within it, whoever asks is answered in the chosen language; on staff's pages that is always Swedish."""
    is_chat = request.url.path.startswith(CHAT_PATH)
    with texts.speaking((chosen(request) if is_chat else None) or texts.SOURCE):
        yield


class AnswersInTheChosenLanguage:
    """Says to everything that answers a request, streams too, which language is spoken."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        with speaking_with(Request(scope)):
            await self._app(scope, receive, send)
