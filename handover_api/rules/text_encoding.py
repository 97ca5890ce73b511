"""How the letters of a file are written: as UTF-8, UTF-16 or Windows-1252, or in a way that nobody can be sure of."""

from dataclasses import dataclass

_MARKS = {b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16", b"\xef\xbb": "utf-8-sig"}
_LOOKED_AT = 400
# Plain text of UTF-16 has a zero in nearly every other byte.
_MOSTLY = 0.4
# What Swedish offices write. The letters of older Macintosh and DOS files become other characters than these.
_PLAUSIBLE = frozenset({*"–—‘’‚“”„…€•™", *map(chr, range(0xA0, 0x100))})


class UnknownEncodingError(ValueError):
    """The file's letters cannot be read."""


@dataclass(frozen=True)
class Decoded:
    """`is_guessed`: the file does not say how its letters are written, and å, ä and ö are worth a look."""

    text: str
    is_guessed: bool = False


def decode(file: bytes) -> Decoded:
    """
    Raises:
        UnknownEncodingError
    """
    encoding = _MARKS.get(file[:2]) or _without_mark(file)
    try:
        text = file.decode(encoding)
    except UnicodeDecodeError:
        if encoding != "utf-8":
            raise UnknownEncodingError from None
        return Decoded(_as_windows_1252(file), is_guessed=True)
    if "\x00" in text:
        raise UnknownEncodingError
    return Decoded(text)


def _without_mark(file: bytes) -> str:
    start = file[:_LOOKED_AT]
    for encoding, zeros in (("utf-16-le", start[1::2]), ("utf-16-be", start[::2])):
        if zeros.count(0) > _MOSTLY * len(zeros):
            return encoding
    return "utf-8"


def _as_windows_1252(file: bytes) -> str:
    try:
        text = file.decode("cp1252")
    except UnicodeDecodeError:
        raise UnknownEncodingError from None
    if "\x00" in text or not all(character.isascii() or character in _PLAUSIBLE for character in text):
        raise UnknownEncodingError
    return text
