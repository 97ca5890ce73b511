"""What kind of file somebody has sent, by its first bytes and its name, and which kinds cannot be used."""

from enum import StrEnum

# Every file of the newer office programs is a zip file, and so is a folder that has been packed.
ZIP_MARKS = (b"PK\x03\x04", b"PK\x05\x06")
# The older office programs, and newer files with a password, in which the names of the parts say so.
_OLD_OFFICE = b"\xd0\xcf\x11\xe0"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_PDF = b"%PDF"
_ENDINGS = {
    "csv": "table",
    "tsv": "table",
    "txt": "table",
    "md": "markdown",
    "markdown": "markdown",
    "html": "page",
    "htm": "page",
    "xhtml": "page",
    "xlsx": "workbook",
    "xlsm": "workbook",
}


class FileKind(StrEnum):
    TABLE = "table"
    WORKBOOK = "workbook"
    MARKDOWN = "markdown"
    PAGE = "page"
    ARCHIVE = "archive"


class FileFault(StrEnum):
    EMPTY = "file_empty"
    UNKNOWN_KIND = "unknown_kind"
    OLD_WORKBOOK = "old_workbook"
    PASSWORD = "password"  # noqa: S105 - the name of a fault
    PDF = "pdf"
    WORD = "word"
    OPEN_DOCUMENT = "open_document"
    DAMAGED = "damaged"
    TOO_BIG_UNPACKED = "too_big_unpacked"
    TOO_MANY_FILES = "too_many_files"
    ZIP_IN_ZIP = "zip_in_zip"
    NOTHING_IN_IT = "nothing_in_it"
    TEXT_TOO_LONG = "file_too_long"


class UnusableFileError(ValueError):
    """Nothing in the file can be used."""

    def __init__(self, fault: FileFault) -> None:
        self.fault = fault
        super().__init__(fault)


def ending(name: str) -> str:
    return name.rpartition(".")[2].lower() if "." in name else ""


def kind_by_name(name: str) -> FileKind | None:
    """None: no kind that answers come in."""
    found = _ENDINGS.get(ending(name))
    return FileKind(found) if found else None


def kind_of(name: str, content: bytes) -> FileKind:
    """What the file is read as. A zip file may turn out to be a workbook.

    Raises:
        UnusableFileError: it is of a kind that cannot be read.
    """
    if not content:
        raise UnusableFileError(FileFault.EMPTY)
    if content.startswith(_OLD_OFFICE):
        raise UnusableFileError(FileFault.PASSWORD if _ENCRYPTED in content else FileFault.OLD_WORKBOOK)
    if content.startswith(_PDF):
        raise UnusableFileError(FileFault.PDF)
    if content.startswith(ZIP_MARKS):
        return FileKind.ARCHIVE
    kind = kind_by_name(name)
    if kind is FileKind.WORKBOOK:
        raise UnusableFileError(FileFault.DAMAGED)
    if kind is None:
        raise UnusableFileError(FileFault.UNKNOWN_KIND)
    return kind
