"""Everything that residents read is said in each language of the interface, and the ten sentences in all the others."""

import ast
import re
import string
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from jinja2 import Environment, nodes
from repository import ROOT

from handover_api import texts
from handover_api.web.languages import LANGUAGES
from handover_api.web.own_words import DOMAIN, Sentence
from tools import catalogues

TRANSLATED = [language for language in texts.INTERFACE_LANGUAGES if language != texts.SOURCE]
OTHERS = [code.replace("-", "_") for code in LANGUAGES if code != texts.SOURCE]
TEMPLATES = ROOT / "handover_api" / "web" / "templates"
# What residents read, and in which every word has to be a sentence that can be translated.
RESIDENT_TEMPLATES = [
    TEMPLATES / "error.html.j2",
    *(TEMPLATES / "resident").rglob("*.j2"),
    *(
        TEMPLATES / "partials" / f"{name}.html.j2"
        for name in ("answer_feedback", "answer_panel", "composer", "message", "spoken_by_script")
    ),
]
# A page of the municipality that does not exist; and the link to the languages, which is in two of them.
NOT_TRANSLATED = {"start.html.j2", "language_link.html.j2"}
# What only staff read in a part that they share with residents.
FOR_STAFF = {"Bara personal läser det.", "Till kön"}
RESIDENT_MODULES = [
    *(ROOT / "handover_api" / "web").glob("resident*.py"),
    *(ROOT / "handover_api" / "conversations").glob("*.py"),
    *(
        ROOT / "handover_api" / path
        for path in (
            "cases/coming_back.py",
            "cases/contact.py",
            "cases/withdrawing.py",
            "cases/transcripts.py",
            "cases/own_case.py",
            "organisation/wording.py",
            "rules/spoken_time.py",
            "web/answer_feedback.py",
            "web/own_case.py",
            "web/saved_conversation.py",
            "web/transcript_courier.py",
        )
    ),
]
# Only staff meet these, and sentences about "invånaren".
ERRORS_OF_STAFF = {"Läget har ändrats sedan du såg det. Titta igen innan du går vidare."}
_ABOUT_RESIDENTS = re.compile("invånare", re.IGNORECASE)
_TRANSLATES = {"_", "gettext", "ngettext", "to_translate"}
_PLACEHOLDER_OF_TEMPLATES = re.compile(r"%\((\w+)\)s")
_TAG = re.compile(r"<style>.*?</style>|<[^>]*>", re.DOTALL)
# Of a tag that stands in another template, or is put together; and the name of a class.
_ATTRIBUTE = re.compile(r"""[\w-]+="[^"]*"|^\s*[a-z]+(-[a-z]+)+\s*$""")
_SPOKEN_ATTRIBUTE = re.compile(r"""(?:aria-label|alt|title|placeholder|data-say-[\w-]+)\s*=\s*["']([^"'\0]*)""")
_WORD = re.compile(r"[A-Za-zÅÄÖåäö]{2,}")
_SWEDISH_SENTENCE = re.compile(r"[åäöÅÄÖ]|^[A-Z].* .*\.$")


def placeholders(sentence: str) -> list[str]:
    fields = [f"{{{name}:{spec}}}" for _, name, spec, _ in string.Formatter().parse(sentence) if name is not None]
    return sorted(fields + _PLACEHOLDER_OF_TEMPLATES.findall(sentence) + _TAG.findall(sentence))


def sentences_of(message: Message) -> list[tuple[str, str]]:
    """Each form of a message with its translation."""
    if isinstance(message.id, str):
        return [(message.id, str(message.string or ""))]
    # The last form stands for all numbers but one.
    return [(message.id[min(index, 1)], each) for index, each in enumerate(message.string)]


def all_sentences(catalog: Catalog) -> list[tuple[str, str]]:
    return [pair for message in catalog if message.id for pair in sentences_of(message)]


@pytest.mark.parametrize("language", TRANSLATED)
def test_every_sentence_is_translated_and_no_translation_is_left_over(language: str) -> None:
    kept = catalogues.read(catalogues.interface_path(language))
    assert {message.id for message in kept} == {message.id for message in catalogues.sentences()} | {""}
    assert not kept.obsolete, "run `make texts`"
    assert [source for source, translation in all_sentences(kept) if not translation.strip()] == []
    assert [message.id for message in kept if message.id and message.fuzzy] == []


@pytest.mark.parametrize("language", TRANSLATED)
def test_a_translation_says_the_same_names_numbers_and_links(language: str) -> None:
    kept = catalogues.read(catalogues.interface_path(language))
    assert [source for source, said in all_sentences(kept) if placeholders(source) != placeholders(said)] == []


@pytest.mark.parametrize("language", TRANSLATED)
def test_a_translation_can_stand_in_an_attribute(language: str) -> None:
    """Sentences are trusted as they are, so one may only hold the marks of HTML that the Swedish one holds."""
    kept = catalogues.read(catalogues.interface_path(language))
    for source, said in all_sentences(kept):
        assert '"' not in _TAG.sub("", said), source
        assert "<" not in _TAG.sub("", said), source


@pytest.mark.parametrize("language", OTHERS)
def test_the_ten_sentences_are_there_in_every_language(language: str) -> None:
    path = texts.LOCALE_FOLDER / language / "LC_MESSAGES" / f"{DOMAIN}.po"
    kept = catalogues.read(path)
    assert {message.id for message in kept if message.id} == set(Sentence)
    assert not kept.obsolete
    for message in kept:
        if message.id:
            assert message.string, message.id
            assert not message.fuzzy, message.id
            assert placeholders(message.string) == placeholders(message.id)
            assert ("112" in message.string) == ("112" in message.id)


def test_there_are_ten_sentences_and_no_catalogue_of_a_language_that_cannot_be_chosen() -> None:
    assert len(Sentence) == 10
    assert {path.name for path in texts.LOCALE_FOLDER.iterdir()} == set(OTHERS)


def untranslated_in(source: str) -> list[str]:
    """Words of a template, and attributes that are read aloud, that no translation reaches."""
    tree = Environment(autoescape=True, extensions=["jinja2.ext.i18n"]).parse(source)
    pieces: list[str] = []
    for output in tree.find_all(nodes.Output):
        pieces += [each.data if isinstance(each, nodes.TemplateData) else "\0" for each in output.nodes]
    text = "".join(pieces)
    translated = {id(argument) for call in calls_of_translation(tree) for argument in call.find_all(nodes.Const)}
    constants = [str(each.value) for each in tree.find_all(nodes.Const) if id(each) not in translated]
    said = [*(_ATTRIBUTE.sub("", each) for each in _TAG.split(text)), *_SPOKEN_ATTRIBUTE.findall(text)]
    words = [each.replace("\0", " ").strip() for each in said if _WORD.search(each)]
    return [
        each
        for each in [*words, *(each for each in constants if _SWEDISH_SENTENCE.search(each))]
        if not any(staff in each for staff in FOR_STAFF)
    ]


def calls_of_translation(tree: nodes.Template) -> list[nodes.Call]:
    return [
        call
        for call in tree.find_all(nodes.Call)
        if isinstance(call.node, nodes.Name) and call.node.name in _TRANSLATES
    ]


@pytest.mark.parametrize("path", RESIDENT_TEMPLATES, ids=lambda path: path.name)
def test_nothing_that_a_resident_reads_is_written_outside_a_translation(path: Path) -> None:
    if path.name not in NOT_TRANSLATED:
        assert untranslated_in(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    ("template", "found"),
    [
        ("<p>Hej</p>", ["Hej"]),
        ('<p title="Hej du">{{ x }}</p>', ["Hej du"]),
        ("<p>{{ 'Hej på dig' }}</p>", ["Hej på dig"]),
        ("<p>{{ _('Hej på dig') }}</p>{% trans %}Hej{% endtrans %}<b class='x'>{{ a }}: 1</b>", []),
    ],
)
def test_words_outside_a_translation_are_found(template: str, found: list[str]) -> None:
    assert untranslated_in(template) == found


def swedish_in(source: str) -> list[str]:
    """Sentences in a module that are neither translated nor there for its readers."""
    tree = ast.parse(source)
    excused = set()
    for node in ast.walk(tree):
        is_translated = isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in _TRANSLATES
        is_docstring = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
        if is_translated or is_docstring:
            excused |= {id(each) for each in ast.walk(node)}
    return [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in excused
        if _SWEDISH_SENTENCE.search(node.value)
        and node.value not in ERRORS_OF_STAFF
        and not _ABOUT_RESIDENTS.search(node.value)
    ]


@pytest.mark.parametrize("path", RESIDENT_MODULES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_no_module_says_anything_to_residents_outside_a_translation(path: Path) -> None:
    assert swedish_in(path.read_text(encoding="utf-8")) == []


def test_a_sentence_outside_a_translation_is_found() -> None:
    assert swedish_in('def f():\n    """På svenska."""\n    return g(_("Hej på dig."), "Hej på er.")') == ["Hej på er."]
