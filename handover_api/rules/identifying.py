"""What shows who asked is taken away from the copy of a question that goes to the editors.

The conversation itself stays whole for those who answer. Only what the text shows can be found: who tells of something
that only one person has done is still known by it. One mask too many is better than one too few.
"""

import re

from handover_api.rules.addresses_in_text import mask_addresses
from handover_api.rules.masks import has_mask
from handover_api.rules.names_in_text import mask_names

EMAIL_MASK = "[e-postadress borttagen]"
TELEPHONE_MASK = "[telefonnummer borttaget]"
REGISTRATION_MASK = "[registreringsnummer borttaget]"

_EMAIL = re.compile(r"(?<![\w.+%-])[\w.+%-]++ ?(?:@|\(at\)|\(a\)) ?[\w-]++(?:\.[\w-]++)++")
_BETWEEN_DIGITS = r"[ ()/–-]{0,3}"
# From abroad, or with an area code: ten digits at most. Dates and hours may look the same.
_TELEPHONE = re.compile(
    r"(?<![\w+])(?<!\d[-–:.,/])"
    r"(?!\d\d[-/ ]\d\d[-/ ](?:19|20)\d\d(?!\d)|\d{4} ?[-–] ?\d{4}(?!\d)|\d\d ?[-–] ?\d\d,? \d\d ?[-–] ?\d\d(?!\d))"
    rf"(?:(?:\+|00)[1-9](?:{_BETWEEN_DIGITS}\d){{7,13}}|0[1-9](?:{_BETWEEN_DIGITS}\d){{6,8}}|"
    rf"\(0[1-9]\d{{0,2}}\)(?:{_BETWEEN_DIGITS}\d){{5,8}})(?:[-–:.,/+]?\d)*+"
)
# A local number, where the words around it say what it is. The short ones of society begin with 11.
_LOCAL_TELEPHONE = re.compile(
    r"\b(?P<cue>(?i:(?:ringa?|nå|nås|smsa?|kontakta) (?:mig|oss)|mitt (?:nummer|nr)|"
    r"(?:tele?fon|tel|tfn|mobil)(?:nummer|nr|en)?)\.?:? (?:(?i:på|är|nr|nummer|tel|telefon|mobil):? ){0,2})"
    r"(?!11|(?:19|20)\d\d[-–])\d(?:[ -]?\d){4,9}(?!\d)"
)
_PLATE_LETTER = "[A-HJ-PR-UW-Z]"
# Laws, and words of somebody who writes in capitals, may stand before a number too.
_NO_PLATE = r"(?!(?:SFS|OSL|PBL|LSS|HAR|KAN|DEN|DET|MED|ALL|MAX|MER|NYA|UPP|HUS|RUM|LGH|SAL)\b)"
_PLATE = re.compile(
    rf"\b{_NO_PLATE}{_PLATE_LETTER}{{3}}[ -]?\d\d[0-9A-HJ-NPR-UW-Z](?![\w:])"
    # Written small it is one word, as much else than cars has three letters and a number.
    rf"|\b(?i:{_PLATE_LETTER}{{3}}\d\d[0-9A-HJ-NPR-UW-Z])(?![\w:])"
    rf"|(?<=\breg )(?i:{_PLATE_LETTER}{{3}} \d\d[0-9A-HJ-NPR-UW-Z])(?![\w:])"
)


def mask_who_asked(text: str) -> str:
    """The text without addresses, numbers and names that show who wrote it. Masking twice changes nothing more."""
    # What was taken away may show something else to stand at an end.
    while (masked := _mask_once(text)) != text:
        text = masked
    return text


def seems_to_tell_who(text: str) -> bool:
    """Whether somebody may be known by it, or something was taken away so that nobody is."""
    return has_mask(text) or mask_who_asked(text) != text


def _mask_once(text: str) -> str:
    text = _EMAIL.sub(EMAIL_MASK, text)
    text = _TELEPHONE.sub(TELEPHONE_MASK, text)
    text = _LOCAL_TELEPHONE.sub(lambda match: match["cue"] + TELEPHONE_MASK, text)
    text = mask_addresses(text)
    text = _PLATE.sub(REGISTRATION_MASK, text)
    return mask_names(text)
