"""What goes wrong is said in one sentence, with what to do about it."""

from __future__ import annotations

import errno


class StackError(Exception):
    """A failure that a person can do something about; the message is the sentence that they read."""


class InterruptedStartError(Exception):
    """Ctrl-C or SIGTERM came before everything was up."""


FULL_DISK = "The disk is full: free some space (a complete installation needs about 6 GB) and run the command again."


def sentence_for_os_error(error: OSError) -> str:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return FULL_DISK
    if error.errno in (errno.EACCES, errno.EPERM):
        return f"No permission for {error.filename}: check who owns the clone, then run the command again."
    return f"The operating system refused: {error}."
