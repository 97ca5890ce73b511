"""The address of a list: what somebody has chosen to see of it stands there, so it is kept there."""

from collections.abc import Mapping
from urllib.parse import urlencode


def list_address(path: str, chosen: Mapping[str, str], page: int = 1) -> str:
    """`chosen`: by its name in the address; empty is everything."""
    named = {**chosen, "sida": str(page) if page > 1 else ""}
    query = urlencode({name: value for name, value in named.items() if value})
    return f"{path}?{query}" if query else path
