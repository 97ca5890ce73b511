from urllib.parse import parse_qs, urlsplit

from hypothesis import given
from hypothesis.strategies import dictionaries, integers, sampled_from, text

from handover_api.rules.list_address import list_address


@given(dictionaries(sampled_from(["sok", "omrade", "lage"]), text()), integers(1, 3))
def test_what_is_chosen_is_read_from_the_address_and_nothing_else_stands_there(
    chosen: dict[str, str], page: int
) -> None:
    address = urlsplit(list_address("/redaktion/artiklar", chosen, page))
    wanted = {name: [value] for name, value in chosen.items() if value} | ({"sida": [str(page)]} if page > 1 else {})
    assert address.path == "/redaktion/artiklar"
    assert parse_qs(address.query, keep_blank_values=True) == wanted


def test_the_address_of_the_whole_list_is_plain() -> None:
    assert list_address("/redaktion/artiklar", {"sok": ""}) == "/redaktion/artiklar"
