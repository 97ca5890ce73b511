"""What agents write: the few marks that they may use, and that nothing else is changed or hidden."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handover_api.rules.formatted_text import as_text
from handover_api.web.markup import formatted


def html(text: str) -> str:
    return str(formatted(text)).replace("\n", "")


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("Du behöver **bygglov**.", "<p>Du behöver <strong>bygglov</strong>.</p>"),
        ("En rad\nen till", "<p>En rad<br>en till</p>"),
        ("Ett stycke\n\nett till", "<p>Ett stycke</p><p>ett till</p>"),
        ("Ta med:\n- ritning\n- karta", "<p>Ta med:</p><ul><li>ritning</li><li>karta</li></ul>"),
        ("- ritning\nHälsningar", "<ul><li>ritning</li></ul><p>Hälsningar</p>"),
        ("1. mät\n2. vänta", "<ol><li>mät</li><li>vänta</li></ol>"),
        ("Ring [oss](tel:112)", '<p>Ring <a href="tel:112">oss</a></p>'),
    ],
)
def test_the_few_marks_are_shown_as_what_they_mean(written: str, shown: str) -> None:
    assert html(written) == shown


@pytest.mark.parametrize(
    "written",
    [
        "2*3*4 = 24",
        "*obs*",
        "mina_egna_filer och __init__",
        "# Ingen rubrik",
        "> Inget citat",
        "`ingen kod`",
        "C:\\*mapp*",
        "&amp; är ett tecken",
        "[x](javascript:alert(1))",
        "[läs](/lokal)",
        "[a]: /sida",
        "    indraget",
        "---",
        "<b>fet</b>",
    ],
)
def test_everything_else_stays_as_it_was_written(written: str) -> None:
    escaped = written.strip().replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    assert html(written) == f"<p>{escaped}</p>"
    assert as_text(written) == written.strip()


def test_an_image_is_only_a_link_after_an_exclamation_mark() -> None:
    assert "<img" not in html("![bild](https://kommun.example/a.png)")


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("Du **måste** läsa [sidan](https://kommun.example/a).", "Du måste läsa sidan (https://kommun.example/a)."),
        ("Se https://kommun.example/a.", "Se https://kommun.example/a."),
        ("Ta med:\n- ritning\n- karta\nHej då", "Ta med:\n\n- ritning\n- karta\n\nHej då"),
        ("Rad ett\nrad två", "Rad ett\nrad två"),
    ],
)
def test_a_letter_says_the_same_without_the_marks(written: str, read: str) -> None:
    assert as_text(written) == read


@given(st.text(alphabet="abåä \n*_[]()-.1#>`\\:/", max_size=80))
def test_no_words_are_lost_whatever_is_written(text: str) -> None:
    said = re.findall(r"[abåä]+", text)
    assert re.findall(r"[abåä]+", as_text(text)) == said
