"""Tables of answers, as spreadsheets save them: as CSV, and as workbooks."""

import csv
import io
import zipfile
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from handover_api.content.importing.found import Found, NamedFile, Note, Remark
from handover_api.content.importing.reading import read_files
from handover_api.rules.article_table import (
    MAX_ROWS,
    Column,
    Row,
    RowFault,
    Unreadable,
    UnreadableTableError,
    read_csv,
)
from handover_api.rules.uploaded_file import FileFault

HEADINGS = "Ämne;Svar;Anteckning"
CELLS = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=20).map(str.strip)
ROWS = st.lists(st.tuples(CELLS, CELLS), min_size=1, max_size=5)


def written(rows: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """What is neither empty nor a formula."""
    return [tuple("a" if not cell or cell.startswith("=") else cell for cell in row) for row in rows]  # type: ignore[misc]


def refused(file: bytes) -> tuple[Unreadable, str]:
    with pytest.raises(UnreadableTableError) as error:
        read_csv(file)
    return error.value.kind, error.value.word


def workbook(*rows: list[Any], **more: list[list[Any]]) -> bytes:
    """A workbook with a sheet "Svar" of these rows, and more sheets by their names."""
    made = Workbook()
    made.active.title = "Svar"  # type: ignore[union-attr]
    for name, content in {"Svar": [*rows], **more}.items():
        sheet = made[name] if name in made.sheetnames else made.create_sheet(name)
        for row in content:
            sheet.append(row)
    return saved(made)


def saved(made: Workbook) -> bytes:
    file = io.BytesIO()
    made.save(file)
    return file.getvalue()


def read(content: bytes, name: str = "svar.xlsx") -> list[Found]:
    return [each for each in read_files([NamedFile(name, content)]) if isinstance(each, Found)]


def notes(content: bytes, name: str) -> list[tuple[str, str]]:
    found = read_files([NamedFile(name, content)])
    return [(each.reason.kind, each.reason.word) for each in found if isinstance(each, Note)]


def faults(content: bytes, name: str = "svar.xlsx") -> list[tuple[int | None, str, str]]:
    return [(each.place.line, each.fault.kind, each.fault.word) for each in read(content, name) if each.fault]


@given(ROWS, st.sampled_from(";,\t"), st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"]))
def test_what_a_spreadsheet_saves_as_csv_is_read(rows: list[tuple[str, str]], delimiter: str, encoding: str) -> None:
    # Without a mark only letters that most texts are made of tell of UTF-16.
    filler = [("bygglov", "Ett svar med vanliga ord i, så långt som svar är.")] * 5
    expected = [*filler, *written(rows)]
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter).writerows([("ämne", "svar"), *expected])
    found = read_csv(text.getvalue().encode(encoding)).rows
    assert [(row.cells[Column.TOPIC], row.cells[Column.ANSWER]) for row in found] == expected
    assert [row.line for row in found] == list(range(2, len(expected) + 2))


@given(ROWS)
def test_what_is_written_to_a_workbook_is_read(rows: list[tuple[str, str]]) -> None:
    expected = [row for row in written(rows) if all(cell.isprintable() for cell in row)] or [("a", "b")]
    found = read(workbook(["Område", "ÄMNE ", "Svar"], *(["", *row] for row in expected)))
    assert [(each.names[0], each.says["text"]) for each in found] == expected
    assert [(each.place.sheet, each.place.line) for each in found] == [
        ("Svar", line) for line in range(2, len(expected) + 2)
    ]


@given(
    st.binary(max_size=200) | st.text(max_size=200).map(lambda text: f"{HEADINGS}\n{text}".encode(errors="replace")),
    st.sampled_from(["a.csv", "a.xlsx", "a.md", "a.html", "a.zip", "a"]),
)
def test_any_file_is_read_or_refused_with_a_reason(file: bytes, name: str) -> None:
    assert all(each.fault or each.says["text"] for each in read(file, name))


# Made once: it says when it was made.
SMALL = workbook(["ämne", "svar"], ["a", "b"], ["c", "d"])


@given(st.data())
def test_a_workbook_that_has_been_spoiled_is_read_or_refused_with_a_reason(data: st.DataObject) -> None:
    content = bytearray(SMALL)
    for _ in range(data.draw(st.integers(1, 5))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    assert all(each.fault or each.says["text"] for each in read(bytes(content)))


@given(st.data())
def test_the_parts_of_a_workbook_may_hold_anything(data: st.DataObject) -> None:
    whole = zipfile.ZipFile(io.BytesIO(SMALL))
    spoiled = data.draw(st.sampled_from([name for name in whole.namelist() if name != "[Content_Types].xml"]))
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name in whole.namelist():
            old = whole.read(name)
            cut = data.draw(st.integers(0, len(old))) if name == spoiled else len(old)
            new = old[:cut] + (data.draw(st.binary(max_size=30)) if name == spoiled else b"") + old[cut:]
            archive.writestr(name, new)
    assert all(each.fault or each.says["text"] for each in read(file.getvalue()))


@pytest.mark.parametrize(
    ("file", "reason"),
    [
        (b"", (Unreadable.EMPTY, "")),
        (f"{HEADINGS}\n".encode(), (Unreadable.EMPTY, "")),
        (f"{HEADINGS}\n;;\n".encode(), (Unreadable.EMPTY, "")),
        ("Ämne;Svar\na;\x8c\x8a".encode("latin-1"), (Unreadable.ENCODING, "")),
        (b"a\x00b", (Unreadable.ENCODING, "")),
        (b"\xff\xfea", (Unreadable.ENCODING, "")),
        ("Ämne;Text\na;b\n".encode(), (Unreadable.COLUMNS, "svar")),
        (b"Svar\nb\n", (Unreadable.COLUMNS, "ämne")),
        (b"Svar;svar\nb;c\n", (Unreadable.TWICE, "svar")),
        (f'{HEADINGS}\n"{"å" * 140_000}'.encode(), (Unreadable.QUOTATION, "")),
        (f"{HEADINGS}\n{'a;b\n' * (MAX_ROWS + 1)}".encode(), (Unreadable.ROWS, "")),
    ],
)
def test_a_file_that_cannot_be_used_is_refused_with_the_reason(file: bytes, reason: tuple[Unreadable, str]) -> None:
    assert refused(file) == reason


def test_a_faulty_row_keeps_its_number_and_the_others_are_read() -> None:
    file = f"{HEADINGS}\na;Ett;x\n\nb;;x\n;Två;\nc;=A1;\nd;Tre;x;y\ne;Fyra\n".encode()
    assert read_csv(file).rows == [
        Row(2, {Column.TOPIC: "a", Column.ANSWER: "Ett"}),
        Row(4, {Column.TOPIC: "b"}, RowFault.NO_ANSWER),
        Row(5, {Column.ANSWER: "Två"}, RowFault.NO_TOPIC),
        Row(6, {}, RowFault.FORMULA, "svar"),
        Row(7, {}, RowFault.UNEVEN),
        Row(8, {Column.TOPIC: "e", Column.ANSWER: "Fyra"}),
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_letters_that_the_file_is_sure_of_are_not_guessed(encoding: str) -> None:
    assert not read_csv(f"{HEADINGS}\na;Återvinning är öppen".encode(encoding)).is_encoding_guessed


def test_windows_1252_is_read_and_said() -> None:
    file = f"{HEADINGS}\na;Återvinning är öppen – ring ”oss”\n".encode("cp1252")
    table = read_csv(file)
    assert table.rows[0].cells[Column.ANSWER] == "Återvinning är öppen – ring ”oss”"
    assert table.is_encoding_guessed
    assert notes(file, "svar.csv") == [(Remark.ENCODING_GUESSED, "")]


def test_what_stands_above_the_headings_is_not_read() -> None:
    table = read_csv(f"sep=;\nSvar från miljönämnden;;\n\n{HEADINGS}\na;b\n".encode())
    assert table.rows == [Row(5, {Column.TOPIC: "a", Column.ANSWER: "b"})]


def test_formulas_errors_and_merged_cells_of_a_workbook_are_named() -> None:
    made = Workbook()
    sheet = made.active
    assert sheet is not None
    for row in (["ämne", "svar", "ansvarig"], ["a", "=1+1"], ["b", "Ett"], ["", "Två"], ["c", "Tre"], ["d", "#N/A"]):
        sheet.append(row)
    sheet["B6"].data_type = "e"
    sheet.merge_cells("A3:A4")
    assert faults(saved(made)) == [
        (2, RowFault.FORMULA, "B2"),
        (4, RowFault.MERGED, "A4"),
        (6, RowFault.ERROR, "B6"),
    ]


def test_numbers_days_and_empty_columns_are_read_as_they_look() -> None:
    made = workbook(
        ["", "ämne", "", "svar", "granskas senast"], ["", "a", "", 112, date(2028, 1, 2)], [], ["", "b", "", 1.5]
    )
    assert [each.says for each in read(made)] == [{"text": "112", "review_by": date(2028, 1, 2)}, {"text": "1.5"}]
    assert [each.place.line for each in read(made)] == [2, 4]


def test_every_sheet_with_the_headings_is_read_and_the_others_are_told_of() -> None:
    made = workbook(["ämne", "svar"], ["a", "b"], Fler=[["svar", "fråga"], ["c", "d"]], Lista=[["x"], ["y"]])
    assert [(each.place.sheet, each.says["text"]) for each in read(made)] == [("Svar", "b"), ("Fler", "c")]
    assert notes(made, "svar.xlsx") == [(Remark.SHEET_WITHOUT_ANSWERS, "Lista")]


def test_a_workbook_without_answers_says_which_heading_is_missing() -> None:
    assert faults(workbook(["ämne", "text"], ["a", "b"])) == [(None, Unreadable.COLUMNS, "svar")]
    assert faults(workbook()) == [(None, Unreadable.EMPTY, "")]


def test_a_hidden_sheet_is_not_read() -> None:
    made = Workbook()
    hidden = made.create_sheet("Gömd")
    hidden.sheet_state = "hidden"
    for sheet in made.worksheets:
        sheet.append(["ämne", "svar"])
        sheet.append(["a", sheet.title])
    assert [each.says["text"] for each in read(saved(made))] == ["Sheet"]


def test_a_cell_in_the_last_row_of_a_sheet_does_not_fill_the_memory() -> None:
    made = Workbook()
    sheet = made.active
    assert sheet is not None
    sheet.append(["ämne", "svar"])
    sheet["XFD1048576"] = "x"
    assert faults(saved(made)) == [(None, Unreadable.ROWS, "")]


def test_macros_do_not_stand_in_the_way() -> None:
    whole = zipfile.ZipFile(io.BytesIO(SMALL))
    plain, with_macros = b"openxmlformats-officedocument.spreadsheetml.sheet.main", b"ms-excel.sheet.macroEnabled.main"
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name in whole.namelist():
            archive.writestr(name, whole.read(name).replace(plain, with_macros))
        archive.writestr("xl/vbaProject.bin", b"\xd0\xcf\x11\xe0macro")
    assert [each.says["text"] for each in read(file.getvalue(), "svar.xlsm")] == ["b", "d"]


def as_excel_saves_it(strings: str) -> bytes:
    """Excel keeps the texts of all cells in a part of their own. Here the cells are A1, B1, A2 and B2."""
    main = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006"
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    override = '<Override PartName="/xl/{}.xml" ContentType="{}.{}+xml"/>'
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{package}/content-types">'
        + override.format("workbook", kind, "sheet.main")
        + override.format("sharedStrings", kind, "sharedStrings")
        + override.format("worksheets/sheet1", kind, "worksheet")
        + "</Types>",
        "xl/workbook.xml": f'<workbook {main} xmlns:r="{office}"><sheets><sheet name="Blad1" sheetId="1" r:id="r1"/>'
        "</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{package}/relationships">'
        f'<Relationship Id="r1" Type="{office}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
        "xl/sharedStrings.xml": strings.replace("<sst", f"<sst {main}"),
        "xl/worksheets/sheet1.xml": f'<worksheet {main}><sheetData><row r="1"><c r="A1" t="s"><v>0</v></c>'
        '<c r="B1" t="s"><v>1</v></c></row><row r="2"><c r="A2" t="s"><v>2</v></c><c r="B2" t="s"><v>3</v></c></row>'
        "</sheetData></worksheet>",
    }
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return file.getvalue()


STRINGS = (
    "<sst><si><t>ämne</t></si><si><t>svar</t></si><si><t>a</t></si><si><r><t>Ett </t></r><r><t>svar</t></r></si></sst>"
)


def test_a_workbook_with_the_texts_in_a_part_of_their_own_is_read() -> None:
    [found] = read(as_excel_saves_it(STRINGS))
    assert (found.place.sheet, found.place.line, found.says) == ("Blad1", 2, {"text": "Ett svar"})


def test_a_workbook_that_tells_of_itself_without_end_is_refused() -> None:
    laughs = "".join(f'<!ENTITY l{each} "{f"&l{each - 1};" * 10}">' for each in range(1, 10))
    bomb = f'<!DOCTYPE a [<!ENTITY l0 "{"a" * 10}">{laughs}]>'
    assert faults(as_excel_saves_it(bomb + STRINGS.replace("<t>a</t>", "<t>&l9;</t>"))) == [
        (None, FileFault.DAMAGED, "")
    ]
