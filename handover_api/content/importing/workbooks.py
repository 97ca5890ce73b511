"""Workbooks of Excel as tables of answers, read a row at a time. Macros are never run, formulas never computed."""

import io
import re
import warnings
import zipfile
import zlib
from collections import defaultdict
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any
from xml.etree.ElementTree import ParseError

from openpyxl.reader.excel import ExcelReader
from openpyxl.utils.cell import column_index_from_string, get_column_letter

from handover_api.content.importing.archives import open_archive
from handover_api.content.importing.found import Found, Note, Place, Reason, Remark
from handover_api.content.importing.table_rows import found_in_row
from handover_api.rules.article_table import Cell, Record, RowFault, Unreadable, UnreadableTableError, rows_of
from handover_api.rules.uploaded_file import FileFault, UnusableFileError

# It warns of styles and other things that are not read here, and the warnings quote cells.
warnings.filterwarnings("ignore", module="openpyxl")

# What is further to the right is not looked at.
_MOST_COLUMNS = 100
# A sheet may have a cell in its millionth row, and nothing before it.
_LAST_ROW = 100_000
# More merged cells than these are read as empty.
_MOST_MERGED = 50_000
_MERGED = re.compile(rb'<(?:\w+:)?mergeCell\s[^>]*?ref="([A-Z]{1,3})([0-9]{1,7}):([A-Z]{1,3})([0-9]{1,7})"')
_CELL_FAULTS = {"f": RowFault.FORMULA, "e": RowFault.ERROR}
# What a workbook that is not as it should be makes its reader raise.
_DAMAGES = (
    *(zipfile.BadZipFile, zlib.error, ParseError, ValueError, KeyError, TypeError, AttributeError, IndexError),
    *(OSError, EOFError, NotImplementedError, OverflowError, RecursionError, AssertionError),
)

# By row, the columns of the cells that have gone up in another.
_Merged = dict[int, set[int]]


def read_workbook(name: str, content: bytes) -> Iterator[Found | Note]:
    """The rows of every visible sheet that has the headings.

    Raises:
        UnusableFileError: the workbook cannot be read.
        UnreadableTableError: no sheet has answers.
    """
    reader = _open(content)
    is_found = False
    refused: UnreadableTableError | None = None
    for sheet, part in _sheets(reader):
        try:
            for row in rows_of(_records(sheet, _merged(reader.archive.read(part)))):
                is_found = True
                yield found_in_row(Place(name, sheet.title, row.line), row)
        except UnreadableTableError as error:
            # Another sheet may have the answers.
            if error.kind not in {Unreadable.EMPTY, Unreadable.COLUMNS}:
                raise
            refused = refused or error
            yield Note(name, Reason(Remark.SHEET_WITHOUT_ANSWERS, sheet.title))
        except _DAMAGES:
            raise UnusableFileError(FileFault.DAMAGED) from None
    if not is_found:
        raise refused or UnreadableTableError(Unreadable.EMPTY)


def _open(content: bytes) -> ExcelReader:
    open_archive(content).close()
    try:
        reader = ExcelReader(io.BytesIO(content), read_only=True, data_only=False, keep_links=False)
        reader.read()
    except _DAMAGES:
        raise UnusableFileError(FileFault.DAMAGED) from None
    return reader


def _sheets(reader: ExcelReader) -> Iterator[tuple[Any, str]]:
    """The visible sheets, each with its part of the archive."""
    parts = {sheet.name: relation.target for sheet, relation in reader.parser.find_sheets()}
    for sheet in reader.wb.worksheets:
        if sheet.sheet_state == "visible":
            yield sheet, parts[sheet.title]


def _merged(sheet: bytes) -> _Merged:
    merged: _Merged = defaultdict(set)
    count = 0
    for found in _MERGED.findall(sheet):
        left, right = (column_index_from_string(name.decode()) for name in found[::2])
        top, bottom = map(int, found[1::2])
        for row in range(top, min(bottom, _LAST_ROW) + 1):
            for column in range(left, min(right, _MOST_COLUMNS) + 1):
                if (row, column) != (top, left):
                    merged[row].add(column)
                    count += 1
                if count == _MOST_MERGED:
                    return merged
    return merged


def _records(sheet: Any, merged: _Merged) -> Iterator[Record]:
    # What a sheet says of its own size may be wrong, and is believed unless it is forgotten.
    sheet.reset_dimensions()
    for line, cells in enumerate(sheet.iter_rows(max_col=_MOST_COLUMNS), start=1):
        if line > _LAST_ROW:
            raise UnreadableTableError(Unreadable.ROWS)
        last = max((column for column, cell in enumerate(cells, start=1) if cell.value is not None), default=0)
        last = max(last, *merged[line]) if line in merged else last
        yield line, [_cell(cells[column - 1], line, column, merged) for column in range(1, last + 1)]


def _cell(cell: Any, line: int, column: int, merged: _Merged) -> Cell:
    name = f"{get_column_letter(column)}{line}"
    if cell.value is None:
        return Cell("", RowFault.MERGED if column in merged.get(line, ()) else None, name)
    return Cell(_text(cell.value), _CELL_FAULTS.get(cell.data_type), name)


def _text(value: Any) -> str:
    match value:
        case bool():
            return "SANT" if value else "FALSKT"
        case datetime() if value.time() != datetime.min.time():
            return value.isoformat(sep=" ", timespec="minutes")
        case date():
            return value.strftime("%Y-%m-%d")
        case float() if value.is_integer():
            return str(int(value))
    return str(value)
