"""A table of answers, from a spreadsheet or as CSV: its columns, its rows, and what is wrong where."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import islice

from handover_api.rules.text_encoding import UnknownEncodingError, decode

MAX_ROWS = 10_000
# Excel in Sweden puts semicolons between, most others commas, and what is pasted has tabs.
_DELIMITERS = ";,\t"
# So many lines may stand above the headings.
_ABOVE = 20
# By this line Excel is told what stands between the cells.
_SEPARATOR = "sep="


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
    EMPTY = "table_empty"
    ENCODING = "encoding"
    COLUMNS = "columns"
    QUOTATION = "quotation"
    TWICE = "twice"
    ROWS = "rows"


class UnreadableTableError(ValueError):
    """Nothing in the table can be used. `word` names what is wrong, such as a column that is missing."""

    def __init__(self, kind: Unreadable, word: str = "") -> None:
        self.kind = kind
        self.word = word
        super().__init__(kind)


class RowFault(StrEnum):
    UNEVEN = "uneven"
    FORMULA = "formula"
    ERROR = "cell_error"
    MERGED = "merged"
    NO_ANSWER = "no_answer"
    NO_TOPIC = "no_topic"


@dataclass(frozen=True)
class Cell:
    """A cell's text; or, with a fault, what stands in the way of one. `name`: what the spreadsheet calls the cell."""

    text: str
    fault: RowFault | None = None
    name: str = ""

    @property
    def is_empty(self) -> bool:
        return not self.text.strip() and self.fault in {None, RowFault.MERGED}


@dataclass(frozen=True)
class Row:
    """`line`: the row's number in the spreadsheet. `cells` has only what is filled in; `where` the faulty cell."""

    line: int
    cells: dict[Column, str]
    fault: RowFault | None = None
    where: str = ""


@dataclass(frozen=True)
class Table:
    rows: list[Row]
    # The file does not say how its letters are written.
    is_encoding_guessed: bool = False


Record = tuple[int, Sequence[Cell]]


def read_csv(file: bytes) -> Table:
    """The rows that have something in them, the faulty ones too.

    Raises:
        UnreadableTableError: the file as a whole cannot be used.
    """
    try:
        decoded = decode(file)
    except UnknownEncodingError:
        raise UnreadableTableError(Unreadable.ENCODING) from None
    return Table([*rows_of(_records(decoded.text))], decoded.is_guessed)


def rows_of(records: Iterable[Record]) -> Iterator[Row]:
    """What the rows below the headings say; what stands above them is not read.

    Raises:
        UnreadableTableError: the table as a whole cannot be used.
    """
    filled = ((line, cells) for line, cells in records if not all(cell.is_empty for cell in cells))
    columns = _find_headings(filled)
    count = 0
    for line, cells in filled:
        count += 1
        if count > MAX_ROWS:
            raise UnreadableTableError(Unreadable.ROWS)
        yield _row(line, columns, cells)
    if not count:
        raise UnreadableTableError(Unreadable.EMPTY)


def _records(text: str) -> Iterator[Record]:
    first, _, rest = text.partition("\n")
    if is_told := first.lower().startswith(_SEPARATOR) and len(first.strip()) == len(_SEPARATOR) + 1:
        delimiter, text = first.strip()[-1], rest
    else:
        heading = next((line for line in text.split("\n", 100) if line.strip()), "")
        delimiter = max(_DELIMITERS, key=heading.count)
    try:
        for line, cells in enumerate(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), start=1 + is_told):
            yield line, [Cell(cell, RowFault.FORMULA if cell.lstrip().startswith("=") else None) for cell in cells]
    except csv.Error:
        # A cell that is longer than any text may be, most often because a quotation mark is never closed.
        raise UnreadableTableError(Unreadable.QUOTATION) from None


def _find_headings(records: Iterator[Record]) -> list[Column | None]:
    """What each column holds; None for one that is not asked for."""
    is_empty = True
    for _, cells in islice(records, _ABOVE):
        is_empty = False
        names = [" ".join(cell.text.lower().split()) for cell in cells]
        columns = [Column(name) if name in set(Column) else None for name in names]
        if Column.ANSWER in columns:
            return _checked(columns)
    if is_empty:
        raise UnreadableTableError(Unreadable.EMPTY)
    raise UnreadableTableError(Unreadable.COLUMNS, Column.ANSWER)


def _checked(columns: list[Column | None]) -> list[Column | None]:
    known = [column for column in columns if column]
    for column in known:
        if known.count(column) > 1:
            raise UnreadableTableError(Unreadable.TWICE, column)
    if Column.TOPIC not in known and Column.QUESTION not in known:
        raise UnreadableTableError(Unreadable.COLUMNS, Column.TOPIC)
    return columns


def _row(line: int, columns: Sequence[Column | None], written: Sequence[Cell]) -> Row:
    for cell in written[len(columns) :]:
        if not cell.is_empty:
            return Row(line, {}, RowFault.UNEVEN, cell.name)
    asked_for = [(column, cell) for column, cell in zip(columns, written, strict=False) if column]
    for column, cell in asked_for:
        if cell.fault is not None:
            return Row(line, {}, cell.fault, cell.name or column)
    cells = {column: cell.text.strip() for column, cell in asked_for if not cell.is_empty}
    fault = None
    if Column.ANSWER not in cells:
        fault = RowFault.NO_ANSWER
    elif Column.TOPIC not in cells and Column.QUESTION not in cells:
        fault = RowFault.NO_TOPIC
    return Row(line, cells, fault)
