"""The published protocol says what the code does: states, events, words, rules of the kit."""

import json
import re
from enum import StrEnum

import pytest
from jsonschema import Draft202012Validator
from pydantic import BaseModel
from repository import ROOT

from conformance.bot_rules import RULES as BOT_RULES
from conformance.schemas import FOLDER, transitions
from conformance.service_rules import RULES as SERVICE_RULES
from handover_api.cases.schemas import (
    CaseRead,
    ConversationStatus,
    HandoverCreate,
    HandoverCreated,
    ProtocolEvent,
    StaffMessageRead,
)
from handover_api.integrations.bot import Reading, Turn
from handover_api.organisation.schemas import PromiseRead
from handover_api.rules.case import CaseState, Priority, Reason
from handover_api.rules.conversation import TRANSITIONS, Event, State
from handover_api.rules.message import Audience, Author
from handover_api.rules.protocol import MAY_CAUSE, PROTOCOL_VERSION, ActorKind

PROTOCOL = (ROOT / "docs" / "contracts" / "handover-protocol.md").read_text(encoding="utf-8")
TABLE_ROW = re.compile(r"^\| `(\w+)` \| `(\w+)` \| `(\w+)` \| ([\w, ]+) \|$", re.MULTILINE)
ARROW = re.compile(r"^ {4}(\w+) --> (\w+): (\w+)$", re.MULTILINE)
RULES = [*SERVICE_RULES, *BOT_RULES]

Row = tuple[str, str, str, frozenset[str]]


def expected_rows() -> set[Row]:
    return {
        (before.value, event.value, after.value, frozenset(kind.value for kind in MAY_CAUSE[event]))
        for (before, event), after in TRANSITIONS.items()
    }


def test_the_published_table_of_states_is_the_rules() -> None:
    rows = [
        (before, event, after, frozenset(kinds.split(", ")))
        for before, event, after, kinds in TABLE_ROW.findall(PROTOCOL)
    ]
    assert len(rows) == len(set(rows))
    assert set(rows) == expected_rows()


def test_the_machine_readable_table_is_the_rules() -> None:
    assert {(each.before, each.event, each.after, each.may_cause) for each in transitions().values()} == expected_rows()


def test_the_drawn_states_are_the_rules() -> None:
    moves = {
        (before.value, after.value, event.value)
        for (before, event), after in TRANSITIONS.items()
        if before is not after
    }
    assert set(ARROW.findall(PROTOCOL)) == moves


def test_the_version_is_the_same_everywhere() -> None:
    assert f"\nVersion {PROTOCOL_VERSION}." in PROTOCOL
    assert json.loads((FOLDER / "transitions.json").read_text(encoding="utf-8"))["protocol"] == PROTOCOL_VERSION


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("State", State),
        ("CaseState", CaseState),
        ("Event", Event),
        ("ActorKind", ActorKind),
        ("Author", Author),
        ("Audience", Audience),
        ("Priority", Priority),
        ("HandoverReason", Reason),
    ],
)
def test_the_schemas_know_the_same_words_as_the_code(name: str, words: type[StrEnum]) -> None:
    common = json.loads((FOLDER / "common.json").read_text(encoding="utf-8"))
    assert common["$defs"][name]["enum"] == [word.value for word in words]


def test_every_schema_is_a_schema_with_a_name_of_this_main_version() -> None:
    main = PROTOCOL_VERSION.partition(".")[0]
    paths = [path for path in FOLDER.glob("*.json") if path.name != "transitions.json"]
    assert paths
    for path in paths:
        schema = json.loads(path.read_text(encoding="utf-8"))
        Draft202012Validator.check_schema(schema)
        assert schema["$id"] == f"urn:handover-protocol:{main}:{path.stem}"
        assert path.stem == "common" or f"schemas/{path.name}" in PROTOCOL


@pytest.mark.parametrize(
    ("name", "shape"),
    [
        ("availability", PromiseRead),
        ("case", CaseRead),
        ("conversation", ConversationStatus),
        ("event", ProtocolEvent),
        ("handover-created", HandoverCreated),
        ("handover-request", HandoverCreate),
        ("message", StaffMessageRead),
        ("reading", Reading),
        ("turn", Turn),
    ],
)
def test_a_schema_has_every_field_that_the_service_sends_or_takes(name: str, shape: type[BaseModel]) -> None:
    schema = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    assert set(schema["properties"]) == set(shape.model_fields)


def test_every_rule_that_the_protocol_names_is_tried_by_the_kit() -> None:
    named = set(re.findall(r"HP-\d{3}", PROTOCOL))
    known = {rule.id for rule in RULES}
    assert named <= known
    assert len(known) == len(RULES)
    for rule in RULES:
        assert re.fullmatch(r"HP-\d{3}", rule.id)
        assert rule.sentence.endswith(".")


def test_the_kit_knows_nothing_of_our_code() -> None:
    for path in (ROOT / "conformance").glob("*.py"):
        assert not re.search(
            r"^\s*(from|import) (handover_api|bot|actions|stack)\b", path.read_text(encoding="utf-8"), re.MULTILINE
        )
