"""How long a text message (SMS) is: in the GSM alphabet (3GPP TS 23.038) or, with any other character, in UCS-2."""

MOST_SEGMENTS = 2

_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
# Each takes two places.
_EXTENDED = frozenset("^{}\\[~]|€")
# Typographic characters have a plain brother; spelt with it, the message stays in the alphabet with more room.
_PLAIN = str.maketrans(
    {"”": '"', "“": '"', "’": "'", "‘": "'", "–": "-", "—": "-", "…": "...", "\u00a0": " ", "•": "-"}
)
_GSM_ALONE, _GSM_PART = 160, 153
_UCS2_ALONE, _UCS2_PART = 70, 67


def segments(text: str) -> int:
    """How many messages a telephone company counts."""
    if all(character in _BASIC or character in _EXTENDED for character in text):
        length, alone, part = len(text) + sum(character in _EXTENDED for character in text), _GSM_ALONE, _GSM_PART
    else:
        length, alone, part = len(text.encode("utf-16-be")) // 2, _UCS2_ALONE, _UCS2_PART
    return 1 if length <= alone else -(-length // part)


def fit(before: str, text: str, after: str) -> str:
    """The three together in at most two segments, with as many whole words of `text` as there is room for."""
    before, text, after = (each.translate(_PLAIN) for each in (before, text, after))
    whole = f"{before}{text}{after}"
    # What is said when there is room for no word of the text.
    least = f"{before.rstrip(': .')}.{after}"
    words = text.split()
    while segments(whole) > MOST_SEGMENTS and whole != least:
        del words[-1:]
        whole = f"{before}{' '.join(words)} ...{after}" if words else least
    return whole
