"""Brings the catalogue of translations into line with the sentences in the code and the templates: `make texts`.

A new sentence comes without a translation, and one that nobody says any longer goes; the tests fail until each is
translated.
"""

import io
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

from handover_api import texts

ROOT = Path(__file__).parent.parent
_KEYWORDS = {"_": None, "gettext": None, "to_translate": None, "ngettext": (1, 2)}
_METHODS = [("**.py", "python"), ("**.j2", "jinja2")]
_LINE = 120


def interface_path(language: str) -> Path:
    return texts.LOCALE_FOLDER / language / "LC_MESSAGES" / f"{texts.INTERFACE}.po"


def sentences() -> Catalog:
    """Every sentence that residents may read, as it is written in Swedish."""
    catalog = Catalog(charset="utf-8")
    found = extract_from_dir(
        ROOT / "handover_api", _METHODS, {"**.j2": {"trimmed": "true", "silent": "false"}}, _KEYWORDS
    )
    for path, _line, sentence, comments, context in found:
        catalog.add(sentence, locations=[(path, 0)], auto_comments=comments, context=context)
    return catalog


def read(path: Path) -> Catalog:
    with path.open("rb") as file:
        return read_po(file)


def bring_into_line(language: str) -> Catalog:
    """The language's catalogue with exactly the sentences that are said now. Nothing is guessed."""
    catalog = read(interface_path(language))
    catalog.update(sentences(), no_fuzzy_matching=True, update_header_comment=False)
    catalog.obsolete.clear()
    return catalog


def main() -> None:
    for language in texts.INTERFACE_LANGUAGES:
        if language == texts.SOURCE:
            continue
        path = interface_path(language)
        # The header stays as people have written it, without the dates and names that the library would add.
        header = path.read_text(encoding="utf-8").split("\n\n", maxsplit=1)[0].rstrip()
        catalog = bring_into_line(language)
        written = io.BytesIO()
        write_po(written, catalog, width=_LINE, include_lineno=False, omit_header=True)
        path.write_text(f"{header}\n\n{written.getvalue().decode()}", encoding="utf-8")
        missing = [message.id for message in catalog if message.id and not message.string]
        print(f"{language}: {len(catalog)} sentences, {len(missing)} without a translation")  # noqa: T201 - a command


if __name__ == "__main__":
    main()
