from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import ValidationError
from rasa.core.actions.action import RemoteAction

from bot.action_endpoint import validate_reply, what_actions_need

original = RemoteAction._validate_action_result  # noqa: SLF001 - it is what we replace.
action = RemoteAction("action_answer_topic", None)

event_names = st.sampled_from(
    ["slot", "action", "user", "bot", "reminder", "entities", "undo", "okänd", "session_started"]
)
values: st.SearchStrategy[Any] = (
    st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.just([]) | st.just({})
)
events = st.fixed_dictionaries(
    {"event": event_names | values},
    optional={
        "name": values,
        "value": values,
        "timestamp": values,
        "entities": values,
        "text": values,
        "parse_data": values,
        "confidence": values,
        "metadata": values,
    },
)
replies = st.fixed_dictionaries(
    {}, optional={"events": st.lists(events | values, max_size=3) | values, "responses": st.lists(values, max_size=2)}
)


def verdict(validate: Any, reply: Any) -> str | None:
    """None when the reply is accepted; otherwise what was wrong with it and where."""
    try:
        validate(action, reply)
    except ValidationError as error:
        return f"{list(error.absolute_path)} {error.validator}"
    return None


@given(replies | values)
def test_replies_are_accepted_and_rejected_as_by_rasa_itself(reply: Any) -> None:
    assert verdict(validate_reply, reply) == verdict(original, reply)


@pytest.mark.parametrize(
    "reply",
    [
        {"events": [], "responses": [{"custom": {"kind": "answer"}}]},
        {"events": [{"event": "slot", "name": "doubts", "value": ["m"], "timestamp": None}], "responses": []},
    ],
)
def test_the_replies_of_our_actions_are_accepted(reply: Any) -> None:
    assert validate_reply(action, reply)


@pytest.mark.parametrize("reply", [[], {"events": [{}]}, {"events": [{"event": "slot"}]}, {"responses": ["text"]}])
def test_broken_replies_are_rejected(reply: Any) -> None:
    assert verdict(validate_reply, reply) is not None


def test_an_action_is_told_the_topic_and_not_the_words() -> None:
    call = {
        "next_action": "action_answer_topic",
        "sender_id": "c",
        "version": "3.6.21",
        "domain": {"intents": ["topic"]},
        "tracker": {
            "sender_id": "c",
            "slots": {"doubts": ["m"]},
            "events": [{"event": "user", "text": "KANARIE"}],
            "latest_message": {
                "text": "KANARIE",
                "message_id": "m",
                "understanding": {"certainty": "sure"},
                "has_words": True,
            },
        },
    }
    assert what_actions_need(call) == {
        "next_action": "action_answer_topic",
        "sender_id": "c",
        "version": "3.6.21",
        "tracker": {
            "sender_id": "c",
            "slots": {"doubts": ["m"]},
            "latest_message": {"message_id": "m", "understanding": {"certainty": "sure"}, "has_words": True},
            "events": [],
        },
    }
