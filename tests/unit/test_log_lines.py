import json

import structlog

from handover_api.logs import describe_exception

WRITTEN = "det här skrev en invånare"


def fail() -> None:
    raise ValueError(WRITTEN)


def test_an_exception_leaves_its_type_and_place_but_not_its_message() -> None:
    try:
        fail()
    except ValueError:
        event = describe_exception(structlog.get_logger(), "error", {"event": "x", "exc_info": True})
    line = json.dumps(event)
    assert event["error"] == "ValueError"
    assert "test_log_lines.py" in event["at"][-1]
    assert event["at"][-1].endswith(" fail")
    assert WRITTEN not in line
    assert "exc_info" not in event


def test_an_exception_that_is_handed_over_is_described_the_same_way() -> None:
    try:
        fail()
    except ValueError as error:
        event = describe_exception(structlog.get_logger(), "error", {"event": "x", "exc_info": error})
    assert event["error"] == "ValueError"


def test_an_event_without_an_exception_is_left_alone() -> None:
    assert describe_exception(structlog.get_logger(), "info", {"event": "x"}) == {"event": "x"}
