"""Tables of answers, as spreadsheets save them."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handover_api.rules.article_table import (
    MAX_ROWS,
    Column,
    Row,
    RowFault,
    Unreadable,
    UnreadableTableError,
    read_table,
)

HEADINGS = "Ämne;Svar;Anteckning"
CELLS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00\r"), max_size=20).map(str.strip)


def refused(file: bytes) -> tuple[Unreadable, str]:
    with pytest.raises(UnreadableTableError) as error:
        read_table(file)
    return error.value.kind, error.value.word


@given(
    st.lists(st.tuples(CELLS, CELLS), min_size=1, max_size=5),
    st.sampled_from(";,\t"),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
)
def test_what_a_spreadsheet_saves_is_read(rows: list[tuple[str, str]], delimiter: str, encoding: str) -> None:
    written = [(topic or "a", "b" if answer.startswith("=") else answer or "b") for topic, answer in rows]
    written = [("a" if topic.startswith("=") else topic, answer) for topic, answer in written]
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter).writerows([("ämne", "svar"), *written])
    read = read_table(text.getvalue().encode(encoding))
    assert [(row.cells[Column.TOPIC], row.cells[Column.ANSWER]) for row in read] == written
    assert [row.line for row in read] == list(range(2, len(rows) + 2))


@given(st.binary(max_size=200) | st.text(max_size=200).map(lambda text: f"{HEADINGS}\n{text}".encode(errors="replace")))
def test_any_file_is_read_or_refused_with_a_reason(file: bytes) -> None:
    try:
        rows = read_table(file)
    except UnreadableTableError:
        return
    assert rows


@pytest.mark.parametrize(
    ("file", "reason"),
    [
        (b"", (Unreadable.EMPTY, "")),
        (f"{HEADINGS}\n".encode(), (Unreadable.EMPTY, "")),
        (f"{HEADINGS}\n;;\n".encode(), (Unreadable.EMPTY, "")),
        (HEADINGS.encode("latin-1"), (Unreadable.ENCODING, "")),
        (b"a\x00b", (Unreadable.ENCODING, "")),
        (b"\xff\xfea", (Unreadable.ENCODING, "")),
        (b"PK\x03\x04...", (Unreadable.SPREADSHEET, "")),
        (b"\xd0\xcf\x11\xe0...", (Unreadable.SPREADSHEET, "")),
        ("Ämne;Text\na;b\n".encode(), (Unreadable.COLUMNS, "svar")),
        (b"Svar\nb\n", (Unreadable.COLUMNS, "ämne")),
        (b"Svar;svar\nb;c\n", (Unreadable.TWICE, "svar")),
        (f'{HEADINGS}\n"{"å" * 140_000}'.encode(), (Unreadable.COLUMNS, "")),
        (f"{HEADINGS}\n{'a;b\n' * (MAX_ROWS + 1)}".encode(), (Unreadable.ROWS, "")),
    ],
)
def test_a_file_that_cannot_be_used_is_refused_with_the_reason(file: bytes, reason: tuple[Unreadable, str]) -> None:
    assert refused(file) == reason


def test_a_faulty_row_keeps_its_number_and_the_others_are_read() -> None:
    file = f"{HEADINGS}\na;Ett;x\n\nb;;x\n;Två;\nc;=A1;\nd;Tre;x;y\ne;Fyra\n".encode()
    assert read_table(file) == [
        Row(2, {Column.TOPIC: "a", Column.ANSWER: "Ett"}),
        Row(4, {Column.TOPIC: "b"}, RowFault.NO_ANSWER),
        Row(5, {Column.ANSWER: "Två"}, RowFault.NO_TOPIC),
        Row(6, {Column.TOPIC: "c", Column.ANSWER: "=A1"}, RowFault.FORMULA),
        Row(7, {}, RowFault.UNEVEN),
        Row(8, {Column.TOPIC: "e", Column.ANSWER: "Fyra"}),
    ]
