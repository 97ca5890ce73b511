"""Zip files: a folder of files, or a workbook, and never more than there is room for."""

import io
import zipfile
import zlib
from dataclasses import dataclass

from handover_api.content.importing.found import NamedFile
from handover_api.rules.uploaded_file import FileFault, UnusableFileError, ending, kind_by_name

# What an archive may hold when it is unpacked. Ten thousand long answers in three languages are a third of it.
MOST_UNPACKED = 64_000_000
# Texts are packed to a tenth, repeated ones to a hundredth; what shrinks more has been made for it.
_MOST_RATIO = 200
_MOST_ENTRIES = 5_000
_MOST_FILES = 2_000
# In a folder these are something else: the exported catalogue, and notes.
_NOT_ANSWERS = frozenset({"tsv", "txt"})
_IS_ENCRYPTED = 0x1
_OFFICE_KINDS = {"word/": FileFault.WORD, "ppt/": FileFault.UNKNOWN_KIND}


@dataclass(frozen=True)
class Unpacked:
    """`not_read`: how many files there are of kinds that answers do not come in."""

    files: list[NamedFile]
    not_read: int


def open_archive(content: bytes) -> zipfile.ZipFile:
    """
    Raises:
        UnusableFileError: it is damaged, has a password or would fill the memory.
    """
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError):
        raise UnusableFileError(FileFault.DAMAGED) from None
    entries = archive.infolist()
    if any(entry.flag_bits & _IS_ENCRYPTED for entry in entries):
        raise UnusableFileError(FileFault.PASSWORD)
    if len(entries) > _MOST_ENTRIES:
        raise UnusableFileError(FileFault.TOO_MANY_FILES)
    # No more is ever read of an entry than it says that it holds.
    unpacked = sum(entry.file_size for entry in entries)
    if unpacked > min(MOST_UNPACKED, len(content) * _MOST_RATIO):
        raise UnusableFileError(FileFault.TOO_BIG_UNPACKED)
    return archive


def is_workbook(archive: zipfile.ZipFile) -> bool:
    """
    Raises:
        UnusableFileError: it is a file of another program.
    """
    names = archive.namelist()
    if "[Content_Types].xml" in names:
        for folder, fault in _OFFICE_KINDS.items():
            if any(name.startswith(folder) for name in names):
                raise UnusableFileError(fault)
        return True
    if "mimetype" in names and "content.xml" in names:
        raise UnusableFileError(FileFault.OPEN_DOCUMENT)
    return False


def unpack(archive: zipfile.ZipFile) -> Unpacked:
    """The files that answers may come in, by their names.

    Raises:
        UnusableFileError: there are none, or too many.
    """
    entries = [entry for entry in archive.infolist() if not entry.is_dir() and not _is_hidden(entry.filename)]
    chosen = [
        entry for entry in entries if kind_by_name(entry.filename) and ending(entry.filename) not in {"tsv", "txt"}
    ]
    if not chosen:
        has_zip = any(ending(entry.filename) == "zip" for entry in entries)
        raise UnusableFileError(FileFault.ZIP_IN_ZIP if has_zip else FileFault.NOTHING_IN_IT)
    if len(chosen) > _MOST_FILES:
        raise UnusableFileError(FileFault.TOO_MANY_FILES)
    try:
        files = [
            NamedFile(entry.filename, archive.read(entry)) for entry in sorted(chosen, key=lambda each: each.filename)
        ]
    except (zipfile.BadZipFile, zlib.error, ValueError, OSError, NotImplementedError, EOFError):
        raise UnusableFileError(FileFault.DAMAGED) from None
    return Unpacked(files, len(entries) - len(chosen))


def _is_hidden(name: str) -> bool:
    """What a Macintosh adds, and what is not meant to be seen."""
    return any(part.startswith((".", "__MACOSX")) for part in name.split("/"))
