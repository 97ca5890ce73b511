"""What residents read, in the language that is spoken with them.

The source is Swedish: a sentence is its own key, and stands in the code and the templates as a whole literal. The other
languages stand in `locale/`, one file for each; they are read once and never compiled. Staff always read Swedish, which
is what is spoken when nobody has said otherwise.
"""

import gettext as standard_gettext
import io
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

SOURCE = "sv"
ENGLISH = "en"
# Those in which everything is said; in the others only the sentences that matter most.
INTERFACE_LANGUAGES = (SOURCE, ENGLISH)
LOCALE_FOLDER = Path(__file__).parent / "locale"
INTERFACE = "resident"

_spoken: ContextVar[str] = ContextVar("spoken", default=SOURCE)


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Within it, that language is spoken. Any code is taken; one without a catalogue gives Swedish."""
    token = _spoken.set(language)
    try:
        yield
    finally:
        _spoken.reset(token)


def spoken() -> str:
    """The language that is spoken here and now, such as "sv", "en" or "ar"."""
    return _spoken.get()


def interface_language() -> str:
    """The language of the words around: the spoken one, or Swedish where that has only its few sentences."""
    language = spoken()
    return language if language in INTERFACE_LANGUAGES else SOURCE


def gettext(sentence: str) -> str:
    # Under the empty sentence a catalogue says things about itself.
    return catalogue(INTERFACE, interface_language()).gettext(sentence) if sentence else sentence


def ngettext(singular: str, plural: str, number: int) -> str:
    return catalogue(INTERFACE, interface_language()).ngettext(singular, plural, number)


_ = gettext


def to_translate(sentence: str) -> str:
    """Marks a sentence that is written before anybody speaks, such as a constant. Whoever says it calls `_`."""
    return sentence


@cache
def catalogue(domain: str, language: str) -> standard_gettext.NullTranslations:
    """One domain's sentences in one language; without a file each sentence is said as it is written."""
    path = LOCALE_FOLDER / language / "LC_MESSAGES" / f"{domain}.po"
    if not path.exists():
        return standard_gettext.NullTranslations()
    with path.open("rb") as file:
        catalog = read_po(file)
    compiled = io.BytesIO()
    write_mo(compiled, catalog)
    compiled.seek(0)
    return standard_gettext.GNUTranslations(compiled)
