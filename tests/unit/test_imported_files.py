"""Markdown, web pages and zip files, and the course of an import."""

import io
import zipfile
from dataclasses import asdict
from datetime import date
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from test_content_as_files import DATA, DAYS, TOPIC, articles

from handover_api.content.importing.found import Found, NamedFile, Note, Remark
from handover_api.content.importing.markdown_files import read_markdown
from handover_api.content.importing.reading import read_files
from handover_api.content.importing.web_pages import read_page
from handover_api.content.written import article_as_file
from handover_api.models import ArticleVersion, Topic
from handover_api.rules.article import ArticleText, FaultKind, faults
from handover_api.rules.import_course import ImportState, ImportStep, ImportStepNotPossibleError, after, is_possible
from handover_api.rules.message import MAX_CHARACTERS
from handover_api.rules.text_encoding import UnknownEncodingError, decode
from handover_api.rules.uploaded_file import FileFault

ENDED = frozenset({ImportState.DONE, ImportState.CANCELLED, ImportState.FAILED})
SWEDISH = st.text("abcåäöÅÄÖéü –”’…·\n,.!0123456789")
TAGS = st.sampled_from(
    [
        *(
            "main",
            "article",
            "div",
            "p",
            "h1",
            "h2",
            "ul",
            "ol",
            "li",
            "table",
            "tr",
            "td",
            "a",
            "b",
            "strong",
            "em",
            "br",
        ),
        *("dl", "dt", "dd", "blockquote", "pre", "header", "nav", "span"),
    ]
)
ATTRIBUTES = st.sampled_from(
    ["", ' class="cookie"', ' id="content"', ' href="/a"', ' href="javascript:x"', " hidden", ' role="main"']
)
OPENINGS = st.tuples(TAGS, ATTRIBUTES).map(lambda tag: f"<{tag[0]}{tag[1]}>")
WORDS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="#<&"), max_size=20)
PAGES = st.lists(OPENINGS | TAGS.map("</{}>".format) | WORDS, max_size=30).map("".join)


def page(html: str, name: str = "sida.html") -> Found:
    return read_page(name, html.encode())


def text_of(body: str, head: str = "") -> str:
    return str(page(f"<html><head>{head}</head><body>{body}</body></html>").says["text"])


def zipped(*files: tuple[str, bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files:
            archive.writestr(name, content)
    return file.getvalue()


def read(content: bytes, name: str = "svar.zip") -> list[Found | Note]:
    return [*read_files([NamedFile(name, content)])]


def fault_of(content: bytes) -> str:
    [found] = read(content)
    assert isinstance(found, Found)
    assert found.fault
    return found.fault.kind


@settings(suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow], deadline=None)
@given(written=articles(), reviewed_on=DAYS)
def test_an_article_that_was_exported_says_all_that_it_said(written: ArticleText, reviewed_on: date) -> None:
    file = article_as_file(Topic(**asdict(TOPIC)), ArticleVersion(**asdict(written), reviewed_on=reviewed_on))
    found = read_markdown("data/knowledge/miljo-halsa/radon.md", file.encode())
    assert found.fault is None
    assert found.names[0] == "radon"
    assert found.says == asdict(written)


def test_every_article_of_the_repository_can_be_read_as_a_file_that_was_sent() -> None:
    for path in DATA.glob("knowledge/*/*.md"):
        found = read_markdown(path.name, path.read_bytes())
        assert found.fault is None
        assert found.names[0] == path.stem


@pytest.mark.parametrize(
    ("text", "names", "says"),
    [
        ("# Radon\n\nMät.", ["Radon", "fil"], {"text": "Mät."}),
        ("\r\n# Radon #\r\nMät.\r\n", ["Radon", "fil"], {"text": "Mät."}),
        ("Mät.\n\n## Lättläst\n\nMät radon.", ["fil"], {"text": "Mät.", "easy_text": "Mät radon."}),
        ("# Radon\nMät.\n## Så här", ["Radon", "fil"], {"text": "Mät.\n## Så här"}),
    ],
)
def test_plain_markdown_is_a_heading_with_an_answer(text: str, names: list[str], says: dict[str, str]) -> None:
    found = read_markdown("svar/fil.md", text.encode())
    assert ([*found.names], found.says, found.is_raw) == (names, says, True)


@given(st.binary(max_size=300) | st.text(max_size=300).map(lambda text: f"---\n{text}".encode(errors="replace")))
def test_any_markdown_is_read_or_refused_with_a_reason(content: bytes) -> None:
    found = read_markdown("a.md", content)
    assert found.fault or found.says["text"]


def test_a_page_is_its_own_words_and_its_address() -> None:
    found = page(
        "<html><head><title>Radon – Exempelkommunen</title>"
        '<link rel="canonical" href="https://www.exempelkommunen.example/radon/"></head><body><header>Kommunen</header>'
        '<div class="cookie-banner">Kakor</div><main><nav class="breadcrumbs">Start</nav><h1>Mäta radon</h1><p>Mät '
        '<b>alltid</b>, se <a href="../mer">mer</a>.</p><h2>Så gör du</h2><ol><li>Beställ.</li><li>Mät.</li></ol>'
        "<table><tr><th>Avgift</th><td>100 kr</td></tr></table><script>x()</script><form>Sök</form></main>"
        "<footer>Kontakt</footer></body></html>"
    )
    assert found.names == ["Mäta radon", "Radon", "sida"]
    assert found.says == {
        "text": "Mät **alltid**, se [mer](https://www.exempelkommunen.example/mer).\n\n**Så gör du**\n\n1. Beställ.\n"
        "2. Mät.\n\n- Avgift, 100 kr",
        "sources": [{"title": "Mäta radon", "url": "https://www.exempelkommunen.example/radon/"}],
    }
    assert found.remarks == []


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ('<div class="page has-menu"><h1>A</h1><p>Ord</p><div class="menu">Meny</div></div>', "Ord"),
        ("<article><p>Ett</p></article><p>Utanför</p>", "Ett"),
        ("<p>Ett<br>två</p>", "Ett\\\ntvå"),
        ('<p><a href="javascript:x()">Ett</a> <a href="#b">två</a> <a href="/c">tre</a></p>', "Ett två tre"),
        ('<p><a href="mailto:a@b.example">a@b.example</a></p>', "[a@b.example](mailto:a@b.example)"),
        ("<dl><dt>Öppet</dt><dd>8–16</dd></dl>", "**Öppet**\n\n8–16"),
        ('<p>Ord</p><p hidden>Gömt</p><div role="dialog">Ruta</div><img alt="Bild">', "Ord"),
        ("<ul><li>Ett<ul><li>Två</li></ul></li></ul>", "- Ett\n  - Två"),
    ],
)
def test_what_articles_do_not_have_becomes_what_they_have(body: str, text: str) -> None:
    assert text_of(body) == text


@settings(deadline=None)
@given(PAGES)
def test_any_page_is_read_or_refused_and_its_marks_are_not_headings(html: str) -> None:
    found = page(html)
    if found.fault is None:
        assert 0 < len(found.says["text"]) <= MAX_CHARACTERS
        kinds = {each.kind for each in faults(ArticleText(found.says["text"]), "answer", {})}
        assert FaultKind.HEADING_OR_HTML not in kinds


def test_a_long_page_is_cut_between_paragraphs_and_says_so() -> None:
    found = page("<main>" + f"<p>{'ord ' * 200}</p>" * 10 + "</main>")
    assert found.says["text"].count("\n\n") == 3
    assert [each.kind for each in found.remarks] == [Remark.CUT, Remark.NO_ADDRESS]


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (b"inga taggar", Remark.NOT_A_PAGE),
        (b"<html><body><nav>Meny</nav></body></html>", Remark.NO_TEXT),
        (b"<div>" * 3000 + b"x", Remark.NOT_A_PAGE),
        (b"<i>x</i>" * 30_000, FileFault.TEXT_TOO_LONG),
        (b"<p>" + b"x" * 2_100_000, FileFault.TEXT_TOO_LONG),
    ],
)
def test_a_page_that_cannot_be_read_says_why(content: bytes, fault: str) -> None:
    found = read_page("a.html", content)
    assert found.fault
    assert found.fault.kind == fault


def test_a_page_that_says_how_it_is_written_is_not_guessed_at() -> None:
    html = '<html><head><meta charset="{}"></head><body><p>Återvinning på ön</p></body></html>'
    for charset, is_guessed in (("windows-1252", False), ("okand", True)):
        found = read_page("a.html", html.format(charset).encode("cp1252"))
        assert found.says["text"] == "Återvinning på ön"
        assert (Remark.ENCODING_GUESSED in [each.kind for each in found.remarks]) == is_guessed


def test_a_folder_is_read_in_order_and_what_else_is_in_it_is_counted() -> None:
    files = [("b/x.md", b"# B\nEtt"), ("a.md", b"# A\nEtt"), ("bild.png", b"x"), ("topics.tsv", b"x")]
    note, *found = read(zipped(*files, ("__MACOSX/a.md", b"x"), (".gömd.md", b"x")))
    assert isinstance(note, Note)
    assert (note.reason.kind, note.reason.word) == (Remark.NOT_READ, "2")
    assert [each.place.file for each in found if isinstance(each, Found)] == ["a.md", "b/x.md"]


def test_archives_that_would_fill_the_memory_are_refused() -> None:
    assert fault_of(zipped(("a.md", b"\0" * 30_000_000))) == FileFault.TOO_BIG_UNPACKED
    assert fault_of(zipped(*((f"{each}.md", b"x") for each in range(2001)))) == FileFault.TOO_MANY_FILES
    assert fault_of(zipped(*((f"{each}.png", b"x") for each in range(5001)))) == FileFault.TOO_MANY_FILES
    assert fault_of(zipped(("a.zip", zipped(("b.md", b"x"))))) == FileFault.ZIP_IN_ZIP
    # By its content, whatever it calls itself.
    [found] = read(zipped(("a.md", zipped(("b.md", b"x")))))
    assert isinstance(found, Found)
    assert found.fault
    assert found.fault.kind == FileFault.ZIP_IN_ZIP


def test_an_archive_with_a_password_is_refused() -> None:
    content = bytearray(zipped(("a.md", b"# A\nEtt")))
    content[content.index(b"PK\x01\x02") + 8] |= 1
    assert fault_of(bytes(content)) == FileFault.PASSWORD


def test_ten_thousand_answers_are_the_most() -> None:
    table = ("ämne;svar\n" + "a;b\n" * 6000).encode()
    found = [*read_files([NamedFile("a.csv", table), NamedFile("b.csv", table)])]
    assert len(found) == 10_001
    last = found[-1]
    assert isinstance(last, Found)
    assert last.fault


@given(SWEDISH, st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "cp1252"]))
def test_letters_come_back_however_they_are_written(text: str, encoding: str) -> None:
    # Two letters in a row may happen to be one of UTF-8, which is what nearly every other file is.
    if encoding != "cp1252" or _is_not_utf_8(text.encode("cp1252")):
        assert decode(text.encode(encoding)).text == text


def _is_not_utf_8(file: bytes) -> bool:
    try:
        file.decode()
    except UnicodeDecodeError:
        return True
    return False


@given(st.binary())
def test_letters_are_read_or_not_and_never_hold_what_cannot_be_stored(file: bytes) -> None:
    try:
        text = decode(file).text
    except UnknownEncodingError:
        return
    assert "\x00" not in text


@pytest.mark.parametrize("encoding", ["cp850", "mac_roman"])
def test_the_letters_of_older_computers_are_not_taken_for_others(encoding: str) -> None:
    with pytest.raises(UnknownEncodingError):
        decode("återvinning på ön är öppen".encode(encoding))


@given(st.lists(st.sampled_from(ImportStep)))
def test_what_has_ended_stays_what_it_became(steps: list[ImportStep]) -> None:
    states = [ImportState.READING]
    for step in steps:
        if is_possible(states[-1], step):
            states.append(after(states[-1], step))
        else:
            with pytest.raises(ImportStepNotPossibleError):
                after(states[-1], step)
    for before, then in pairwise(states):
        assert before not in ENDED
        # Drafts are made only of what somebody has seen.
        assert then != ImportState.WRITING or before == ImportState.READY
        assert then != ImportState.DONE or before == ImportState.WRITING
