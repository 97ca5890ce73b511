"""Every file that was sent, read as what it is. A file that cannot be used does not stop the others."""

from collections.abc import Iterable, Iterator

from handover_api.content.importing.archives import is_workbook, open_archive, unpack
from handover_api.content.importing.found import Found, NamedFile, Note, Place, Reason, Remark
from handover_api.content.importing.markdown_files import read_markdown
from handover_api.content.importing.table_rows import found_in_row
from handover_api.content.importing.web_pages import read_page
from handover_api.content.importing.workbooks import read_workbook
from handover_api.rules.article_table import MAX_ROWS, Unreadable, UnreadableTableError, read_csv
from handover_api.rules.uploaded_file import FileFault, FileKind, UnusableFileError, kind_of


def read_files(files: Iterable[NamedFile]) -> Iterator[Found | Note]:
    """What the files say, in their order; at most as many answers as one table may have."""
    count = 0
    for found in _read_all(files):
        count += isinstance(found, Found)
        if count > MAX_ROWS:
            yield Found(Place(found.place.file if isinstance(found, Found) else ""), fault=Reason(Unreadable.ROWS))
            return
        yield found


def _read_all(files: Iterable[NamedFile], *, is_in_archive: bool = False) -> Iterator[Found | Note]:
    for file in files:
        try:
            yield from _read(file, is_in_archive=is_in_archive)
        except UnusableFileError as error:
            yield Found(Place(file.name), fault=Reason(error.fault))
        except UnreadableTableError as error:
            yield Found(Place(file.name), fault=Reason(error.kind, error.word))


def _read(file: NamedFile, *, is_in_archive: bool) -> Iterator[Found | Note]:
    match kind_of(file.name, file.content):
        case FileKind.TABLE:
            table = read_csv(file.content)
            if table.is_encoding_guessed:
                yield Note(file.name, Reason(Remark.ENCODING_GUESSED))
            yield from (found_in_row(Place(file.name, line=row.line), row) for row in table.rows)
        case FileKind.MARKDOWN:
            yield read_markdown(file.name, file.content)
        case FileKind.PAGE:
            yield read_page(file.name, file.content)
        case FileKind.ARCHIVE:
            yield from _read_archive(file, is_in_archive=is_in_archive)
        case FileKind.WORKBOOK:
            raise UnusableFileError(FileFault.DAMAGED)


def _read_archive(file: NamedFile, *, is_in_archive: bool) -> Iterator[Found | Note]:
    with open_archive(file.content) as archive:
        if is_workbook(archive):
            yield from read_workbook(file.name, file.content)
            return
        # One that holds itself would never come to an end.
        if is_in_archive:
            raise UnusableFileError(FileFault.ZIP_IN_ZIP)
        unpacked = unpack(archive)
    if unpacked.not_read:
        yield Note(file.name, Reason(Remark.NOT_READ, str(unpacked.not_read)))
    yield from _read_all(unpacked.files, is_in_archive=True)
