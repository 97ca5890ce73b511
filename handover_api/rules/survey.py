"""What the resident is asked when the conversation has ended. Every question may be passed over."""

from enum import StrEnum


class GotHelp(StrEnum):
    YES = "yes"
    PARTLY = "partly"
    NO = "no"


# From 1, very hard, to 5, very easy.
HARDEST = 1
EASIEST = 5
MAX_COMMENT_CHARACTERS = 1000
