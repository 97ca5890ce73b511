"""A checklist's steps: none is left out, and each keeps its tick as long as it says the same."""

from hypothesis import given
from hypothesis import strategies as st

from handover_api.rules.checklist import steps_of

words = st.text("abcdefgåäö", min_size=1, max_size=8)
lines = st.lists(words, min_size=1, max_size=6).map(" ".join)


def texts(checklist: str) -> list[str]:
    return [step.text for step in steps_of(checklist)]


def test_each_item_is_a_step() -> None:
    assert texts("- Fråga om adressen.\n- Kontrollera planen.") == ["Fråga om adressen.", "Kontrollera planen."]


def test_numbered_items_are_steps_too() -> None:
    assert texts("1. Fråga.\n2. Svara.\n10) Avsluta.") == ["Fråga.", "Svara.", "Avsluta."]


def test_what_is_indented_belongs_to_its_step() -> None:
    assert texts("- Fråga om\n  adressen.\n  - Gata\n\n  och ort.\n- Svara.") == [
        "Fråga om adressen. Gata och ort.",
        "Svara.",
    ]


def test_a_paragraph_by_itself_is_a_step() -> None:
    assert texts("Säg att beskedet är allmänt.\n\n- Fråga.") == ["Säg att beskedet är allmänt.", "Fråga."]


def test_nothing_has_no_steps() -> None:
    assert texts("") == texts("\n \n") == []


@given(st.lists(lines, max_size=8, unique=True))
def test_no_step_is_left_out_and_each_has_a_key_of_its_own(steps: list[str]) -> None:
    found = steps_of("\n".join(f"- {step}" for step in steps))
    assert [step.text for step in found] == steps
    assert len({step.key for step in found}) == len(steps)


@given(st.lists(lines, min_size=1, max_size=8, unique=True), st.randoms())
def test_a_step_keeps_its_key_wherever_it_stands(steps: list[str], random: object) -> None:
    moved = [*steps]
    random.shuffle(moved)
    keys = {step.text: step.key for step in steps_of("\n".join(f"- {step}" for step in steps))}
    assert {step.text: step.key for step in steps_of("\n".join(f"* {step}" for step in moved))} == keys


@given(st.text(max_size=200))
def test_any_text_has_steps_and_every_word_of_it_stands_in_one(checklist: str) -> None:
    steps = " ".join(texts(checklist))
    for word in checklist.split():
        assert word in steps or set(word) <= set("-*+.)0123456789")
