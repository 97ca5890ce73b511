"""How a resident wants to be answered when nobody can answer at once."""

from enum import StrEnum


class Channel(StrEnum):
    """`anonymous`: the resident comes back with the reference and the code. Telephone calls are made by a person."""

    EMAIL = "email"
    SMS = "sms"
    TELEPHONE = "telephone"
    ANONYMOUS = "anonymous"
