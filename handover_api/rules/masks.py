"""What stands where something was taken away from a text: "[namn borttaget]"."""

import re

# Phrases hold round brackets only (`rules.phrase`).
_MASK = re.compile(r"\[[\w-]+ borttage[nt]\]|\([\w-]+ borttage[nt]\)")


def has_mask(text: str) -> bool:
    return bool(_MASK.search(text))


def without_masks(text: str) -> str:
    """What is left, for whoever compares or counts the words and not for reading."""
    return _MASK.sub(" ", text)


def beginning(text: str, most: int) -> str:
    """As much of it as `most` characters hold, without half a mask at the end."""
    cut_through = (mask for mask in _MASK.finditer(text) if mask.start() < most < mask.end())
    return text[: next((mask.start() for mask in cut_through), most)].rstrip()
