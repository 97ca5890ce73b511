"""The small words that hardly any sentence is without, for languages that need more evidence than the library gives."""

from __future__ import annotations

from spacy.lang.en.stop_words import STOP_WORDS as ENGLISH_STOP_WORDS
from spacy.lang.sv.stop_words import STOP_WORDS as SWEDISH_STOP_WORDS

SWEDISH = frozenset(SWEDISH_STOP_WORDS)
# Without what Swedish has as well ("in", "under"), and with short forms, whose apostrophe is left out.
ENGLISH = (frozenset(ENGLISH_STOP_WORDS) | {"im", "dont", "cant", "doesnt", "isnt", "whats"}) - SWEDISH
# The library does not know Kurmanji, the Kurdish that is written with Latin letters. None of these is a Swedish word.
KURMANJI = frozenset(
    {
        "alîkarî",
        "alîkariyê",
        "biaxivim",
        "bikim",
        "bikin",
        "çawa",
        "çend",
        "çi",
        "dibe",
        "dikim",
        "dikin",
        "dikarim",
        "divê",
        "dixwazim",
        "dixwazin",
        "ez",
        "heye",
        "hene",
        "hewce",
        "hewcedarî",
        "ji",
        "jê",
        "kengî",
        "kî",
        "kîjan",
        "kurdî",
        "kurmancî",
        "lê",
        "li",
        "malê",
        "naxwazim",
        "nikarim",
        "nizanim",
        "nû",
        "pêwîst",
        "rojbaş",
        "silav",
        "swêdî",
        "û",
        "wek",
        "xwe",
        "yê",
    }
)
# Many of its words end like this, and hardly any French or Romanian one.
KURMANJI_ENDINGS = ("ê", "î", "û")
# No other language that a resident is likely to write has both.
KURMANJI_LETTERS = ("ş", frozenset("êû"))
