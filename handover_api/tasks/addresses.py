"""Where the list of what is to be done is: letters lead there as well as pages."""

from handover_api.rules.list_address import list_address

TASKS_PATH = "/redaktion/att-gora"
# The part of the page where the letters are chosen.
MAIL_PART = "#mejl"


def list_path(*, owner: str = "", kind: str = "", page: int = 1) -> str:
    """With what has been chosen to be seen; empty is everything."""
    return list_address(TASKS_PATH, {"ansvarig": owner, "slag": kind}, page)
