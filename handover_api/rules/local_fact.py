"""What a local fact must be, and where it may stand."""

import re
from collections.abc import Iterator, Mapping
from enum import StrEnum

MAX_NAME_CHARACTERS = 60
MAX_VALUE_CHARACTERS = 300
# Those that pages of the program itself show (tests/conventions/test_names_in_rules.py compares them).
SHOWN_BY_PAGES = frozenset(
    {
        "besoksadress",
        "epost_kontaktcenter",
        "kommun",
        "medborgarkontor",
        "oppettider_kontaktcenter",
        "oppettider_medborgarkontor",
        "telefon_kontaktcenter",
    }
)
# After the name of a fact: the same in English.
IN_ENGLISH = "_en"

# Shorter ones say too little, and one is the address of a page.
_NAME = re.compile(rf"[a-z][a-z0-9_]{{2,{MAX_NAME_CHARACTERS - 1}}}")
_ADDRESS = re.compile(r"(https?://[^\s/?#]+\S*|mailto:\S+@\S+|tel:[\d+-]+)", re.IGNORECASE)
_BRACES = re.compile(r"[{}]")
# What a reader of Markdown would take for something else.
_MARKUP = re.compile(r"[<>\[\]`]")


class FactFault(StrEnum):
    NAME_BAD = "name_bad"
    NAME_TAKEN = "name_taken"
    VALUE_MISSING = "value_missing"
    VALUE_TOO_LONG = "value_too_long"
    VALUE_WITH_BRACES = "value_with_braces"
    VALUE_WITH_MARKUP = "value_with_markup"
    NOT_AN_ADDRESS = "not_an_address"


def faults_of_name(name: str, known: Mapping[str, str]) -> Iterator[FactFault]:
    """Of a new fact."""
    if _NAME.fullmatch(name) is None:
        yield FactFault.NAME_BAD
    if name in known:
        yield FactFault.NAME_TAKEN


def faults_of_value(value: str, *, is_address: bool) -> Iterator[FactFault]:
    """`is_address`: it stands where a page or a number is linked to, or it is an address now."""
    if not value:
        yield FactFault.VALUE_MISSING
        return
    if len(value) > MAX_VALUE_CHARACTERS:
        yield FactFault.VALUE_TOO_LONG
    # A fact within a fact is not filled in.
    if _BRACES.search(value):
        yield FactFault.VALUE_WITH_BRACES
    if _MARKUP.search(value):
        yield FactFault.VALUE_WITH_MARKUP
    if is_address and not looks_like_address(value):
        yield FactFault.NOT_AN_ADDRESS


def looks_like_address(value: str) -> bool:
    return _ADDRESS.fullmatch(value) is not None
