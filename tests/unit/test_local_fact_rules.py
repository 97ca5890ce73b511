"""What a local fact may be called and say."""

from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from handover_api.content.files import read_local_facts
from handover_api.content.written import facts_as_file
from handover_api.models import LocalFact
from handover_api.rules.content import fill_in
from handover_api.rules.local_fact import FactFault, faults_of_name, faults_of_value, looks_like_address
from handover_api.rules.message import EmptyTextError, clean_text

SEED = read_local_facts(Path(__file__).parents[2] / "data" / "local_facts.yml")


@pytest.mark.parametrize("name", SEED)
def test_every_fact_of_the_files_could_have_been_written_in_the_studio(name: str) -> None:
    value = SEED[name]
    assert not [*faults_of_name(name, {})]
    assert not [*faults_of_value(value, is_address=looks_like_address(value))]
    assert looks_like_address(value) == value.startswith("https://")


@pytest.mark.parametrize(
    ("value", "kind", "fault"),
    [
        ("", "words", FactFault.VALUE_MISSING),
        ("x" * 301, "words", FactFault.VALUE_TOO_LONG),
        ("ring {telefon}", "words", FactFault.VALUE_WITH_BRACES),
        ("<b>viktigt</b>", "words", FactFault.VALUE_WITH_MARKUP),
        ("[läs mer](https://a.example)", "words", FactFault.VALUE_WITH_MARKUP),
        ("Storgatan 1", "address", FactFault.NOT_AN_ADDRESS),
        ("javascript:alert(1)", "address", FactFault.NOT_AN_ADDRESS),
        ("https://", "address", FactFault.NOT_AN_ADDRESS),
        ("https://a.example/ med mellanrum", "address", FactFault.NOT_AN_ADDRESS),
    ],
)
def test_each_fault_of_a_value_is_found_alone(value: str, kind: str, fault: FactFault) -> None:
    assert [*faults_of_value(value, is_address=kind == "address")] == [fault]


@pytest.mark.parametrize("name", ["ny", "Telefon", "telefon badhus", "1a2", "_tel", "å_ring", "x" * 61, ""])
def test_a_name_that_no_text_could_use_is_refused(name: str) -> None:
    assert [*faults_of_name(name, {})] == [FactFault.NAME_BAD]


def test_a_name_is_taken_once() -> None:
    assert [*faults_of_name("telefon", {"telefon": "1"})] == [FactFault.NAME_TAKEN]


@given(st.text(max_size=40))
def test_a_value_without_faults_comes_back_from_its_file_and_is_read_as_it_is(written: str) -> None:
    try:
        value = " ".join(clean_text(written).split())
    except EmptyTextError:
        return
    if [*faults_of_value(value, is_address=False)]:
        return
    file = facts_as_file([LocalFact(name="telefon_badhus", value=value, heading="")])
    assert {name: str(each) for name, each in yaml.safe_load(file).items()} == {"telefon_badhus": value}
    assert fill_in("Ring {telefon_badhus}.", {"telefon_badhus": value}) == f"Ring {value}."
