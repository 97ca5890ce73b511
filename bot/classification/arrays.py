"""The type of the arrays in this package."""

from __future__ import annotations

from typing import Any

from numpy.typing import NDArray

# Any: the precision of an element changes with every operation, and nothing here depends on it.
Array = NDArray[Any]
