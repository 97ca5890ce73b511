"""Scripts as they are sent: without the comments, which are for readers of the source and not for old telephones."""

import re
from functools import cache
from pathlib import Path

_WHOLE_LINE_COMMENT = re.compile(r"^\s*(?://[^\n]*|/\*(?:[^*]|\*(?!/))*\*/[ \t]*)\n", flags=re.MULTILINE)


@cache
def as_sent(path: Path) -> bytes:
    """The file without the comments that have lines of their own; within a line, a string may look like one."""
    return _WHOLE_LINE_COMMENT.sub("", path.read_text(encoding="utf-8")).encode()
