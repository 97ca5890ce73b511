"""Where the list of what is to be done is: letters lead there as well as pages."""

from urllib.parse import urlencode

TASKS_PATH = "/redaktion/att-gora"
# The part of the page where the letters are chosen.
MAIL_PART = "#mejl"


def list_path(*, owner: str = "", kind: str = "", page: int = 1) -> str:
    """With what has been chosen to be seen; empty is everything."""
    chosen = {"ansvarig": owner, "slag": kind, "sida": str(page) if page > 1 else ""}
    query = urlencode({name: value for name, value in chosen.items() if value})
    return f"{TASKS_PATH}?{query}" if query else TASKS_PATH
