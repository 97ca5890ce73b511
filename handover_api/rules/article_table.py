"""A table of answers as a file from a spreadsheet holds it (CSV): its columns, its rows, and what is wrong where."""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

MAX_ROWS = 10_000
# Excel in Sweden puts semicolons between, most others commas, and what is pasted has tabs.
_DELIMITERS = ";,\t"
_BYTE_ORDER_MARKS = {b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}


class Column(StrEnum):
    AREA = "område"
    TOPIC = "ämne"
    QUESTION = "fråga"
    ANSWER = "svar"
    EASY = "lättläst"
    ENGLISH = "engelska"
    OWNER = "ansvarig"
    REVIEW_BY = "granskas senast"


class Unreadable(StrEnum):
    EMPTY = "empty"
    ENCODING = "encoding"
    SPREADSHEET = "spreadsheet"
    COLUMNS = "columns"
    TWICE = "twice"
    ROWS = "rows"


class UnreadableTableError(ValueError):
    """Nothing in the file can be used. `word` names what is wrong, such as a column that is missing."""

    def __init__(self, kind: Unreadable, word: str = "") -> None:
        self.kind = kind
        self.word = word
        super().__init__(kind)


class RowFault(StrEnum):
    UNEVEN = "uneven"
    FORMULA = "formula"
    NO_ANSWER = "no_answer"
    NO_TOPIC = "no_topic"


@dataclass(frozen=True)
class Row:
    """`line`: the row's number in the spreadsheet, the headings being 1. `cells` has only what is filled in."""

    line: int
    cells: dict[Column, str]
    fault: RowFault | None = None


def read_table(file: bytes) -> list[Row]:
    """The rows that have something in them, the faulty ones too.

    Raises:
        UnreadableTableError: the file as a whole cannot be used.
    """
    records = list(_records(_decoded(file)))
    if not records:
        raise UnreadableTableError(Unreadable.EMPTY)
    columns = _columns(records[0])
    rows = [_row(line, columns, cells) for line, cells in enumerate(records[1:], start=2) if any(map(str.strip, cells))]
    if not rows:
        raise UnreadableTableError(Unreadable.EMPTY)
    if len(rows) > MAX_ROWS:
        raise UnreadableTableError(Unreadable.ROWS)
    return rows


def _decoded(file: bytes) -> str:
    # A workbook is a zip file, or of the older kind.
    if file.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        raise UnreadableTableError(Unreadable.SPREADSHEET)
    encoding = _BYTE_ORDER_MARKS.get(file[:2], "utf-8-sig")
    try:
        text = file.decode(encoding)
    except UnicodeDecodeError:
        raise UnreadableTableError(Unreadable.ENCODING) from None
    if "\x00" in text:
        raise UnreadableTableError(Unreadable.ENCODING)
    return text


def _records(text: str) -> Iterator[list[str]]:
    first = text.split("\n", 1)[0]
    delimiter = max(_DELIMITERS, key=first.count)
    try:
        yield from csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    except csv.Error:
        # A cell that is longer than any text may be, most often because a quotation mark is never closed.
        raise UnreadableTableError(Unreadable.COLUMNS) from None


def _columns(headings: list[str]) -> list[Column | None]:
    """What each column holds; None for one that is not asked for."""
    names = [" ".join(heading.lower().split()) for heading in headings]
    columns = [Column(name) if name in set(Column) else None for name in names]
    known = [column for column in columns if column]
    for column in known:
        if known.count(column) > 1:
            raise UnreadableTableError(Unreadable.TWICE, column)
    if Column.ANSWER not in known:
        raise UnreadableTableError(Unreadable.COLUMNS, Column.ANSWER)
    if Column.TOPIC not in known and Column.QUESTION not in known:
        raise UnreadableTableError(Unreadable.COLUMNS, Column.TOPIC)
    return columns


def _row(line: int, columns: list[Column | None], written: list[str]) -> Row:
    if any(map(str.strip, written[len(columns) :])):
        return Row(line, {}, RowFault.UNEVEN)
    cells = {column: cell.strip() for column, cell in zip(columns, written, strict=False) if column and cell.strip()}
    fault = None
    if any(cell.startswith("=") for cell in cells.values()):
        fault = RowFault.FORMULA
    elif Column.ANSWER not in cells:
        fault = RowFault.NO_ANSWER
    elif Column.TOPIC not in cells and Column.QUESTION not in cells:
        fault = RowFault.NO_TOPIC
    return Row(line, cells, fault)
