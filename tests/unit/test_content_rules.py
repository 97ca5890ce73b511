import string
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handover_api.rules.content import UnknownFactError, fact_names, fill_in, is_expired

names = st.text(string.ascii_lowercase + string.digits + "_", min_size=1)
facts = st.dictionaries(names, st.text(), min_size=1)
text_without_braces = st.text().filter(lambda text: "{" not in text and "}" not in text)


@given(text_without_braces, facts)
def test_a_text_without_facts_is_left_alone(text: str, known: dict[str, str]) -> None:
    assert fill_in(text, known) == text
    assert fact_names(text) == []


@given(facts, st.data())
def test_every_fact_stands_where_its_name_stood(known: dict[str, str], data: st.DataObject) -> None:
    used = data.draw(st.lists(st.sampled_from(sorted(known)), min_size=1))
    text = " – ".join(f"{{{name}}}" for name in used)
    assert fact_names(text) == used
    assert fill_in(text, known) == " – ".join(known[name] for name in used)


@given(facts, st.data())
def test_a_fact_that_looks_like_a_name_is_not_filled_in_again(known: dict[str, str], data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(sorted(known)))
    nested = {**known, name: f"{{{name}}}"}
    assert fill_in(f"{{{name}}}", nested) == f"{{{name}}}"


@given(names, st.dictionaries(names, st.text()))
def test_an_unknown_fact_is_an_error_that_names_it(name: str, known: dict[str, str]) -> None:
    known.pop(name, None)
    with pytest.raises(UnknownFactError) as unknown:
        fill_in(f"Ring {{{name}}}.", known)
    assert unknown.value.name == name
    assert name in str(unknown.value)


@given(st.dates(min_value=date(2000, 1, 1), max_value=date(2100, 1, 1)), st.integers(-1000, 1000))
def test_an_article_is_served_up_to_and_including_its_review_date(review_by: date, days: int) -> None:
    assert is_expired(review_by, review_by + timedelta(days=days)) == (days > 0)
