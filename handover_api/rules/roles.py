"""Who on the staff may do what."""

from enum import StrEnum


class Role(StrEnum):
    AGENT = "agent"
    EDITOR = "editor"
    LEAD = "lead"
    ADMIN = "admin"


# Least privilege: an administrator manages accounts and an editor manages answers; neither needs to read what
# residents write.
HANDLES_CASES = frozenset({Role.AGENT, Role.LEAD})
# Those who put the chat on the municipality's web sites; nothing of what residents write is shown there.
KEEPS_SITES = frozenset({Role.EDITOR, Role.LEAD, Role.ADMIN})
# Those who write the answers that agents have at hand.
KEEPS_ANSWERS = frozenset({Role.EDITOR, Role.LEAD})
