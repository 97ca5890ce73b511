"""Chance that belongs to what it is drawn for.

What a generator gives next depends on all that was drawn before: one phrase more, and every n-gram begins somewhere
else, every text comes in another place, and the model differs by chance from the one before in far more than in what
was changed (docs/decisions/0016-a-small-change-stays-small.md). Here each number follows from the names of what it is
drawn for, and from nothing else.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

import numpy as np

from bot.classification.arrays import Array

BYTES_OF_A_NAME = 8
# Of the 64 bits as many as a number in single precision holds.
BITS_LEFT_OUT, BITS_KEPT = 40, 24


def named(names: Iterable[str]) -> Array:
    """A number of 64 bits for each name, the same wherever and whenever it is asked for."""
    digests = (hashlib.blake2b(name.encode("utf-8"), digest_size=BYTES_OF_A_NAME).digest() for name in names)
    return np.array([int.from_bytes(digest, "little") for digest in digests], dtype=np.uint64)


def joined(*names: Array) -> Array:
    """The numbers of what has several names, in an order that matters; the arrays are broadcast against each other."""
    both = np.zeros(1, dtype=np.uint64)
    for each in names:
        both = _mixed(both ^ _mixed(np.asarray(each, dtype=np.uint64)))
    return both


def drawn(*names: Array) -> Array:
    """A number from 0 up to 1, in single precision, for each of what is so named."""
    return (joined(*names) >> np.uint64(BITS_LEFT_OUT)).astype(np.float32) / np.float32(1 << BITS_KEPT)


def _mixed(numbers: Array) -> Array:
    """SplitMix64 (Steele, Lea and Flood 2014, "Fast splittable pseudorandom number generators"); it wraps around."""
    numbers = numbers + np.uint64(0x9E3779B97F4A7C15)
    numbers = (numbers ^ (numbers >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    numbers = (numbers ^ (numbers >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return numbers ^ (numbers >> np.uint64(31))
