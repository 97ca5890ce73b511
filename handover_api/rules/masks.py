"""What stands where something was taken away from a text: "[namn borttaget]"."""

import re

# Phrases hold round brackets only (`rules.phrase`).
_MASK = re.compile(r"\[[\w-]+ borttage[nt]\]|\([\w-]+ borttage[nt]\)")


def has_mask(text: str) -> bool:
    return bool(_MASK.search(text))


def without_masks(text: str) -> str:
    """What is left, for whoever compares or counts the words and not for reading."""
    return _MASK.sub(" ", text)
