"""What PostgreSQL can keep, whoever sent it and however deep in a JSON value it stands."""

import math


def refuse_unstorable(value: object) -> object:
    """The value itself, for a model's validator that runs before all others.

    Raises:
        ValueError: somewhere in it there is a zero byte, half a character (a lone surrogate), or a number that is none.
    """
    match value:
        case str() if "\x00" in value or any("\ud800" <= character <= "\udfff" for character in value):
            # The text is not repeated: it may be a resident's.
            message = "a text holds a character that cannot be stored"
            raise ValueError(message)
        case float() if not math.isfinite(value):
            message = "a number is infinite or none"
            raise ValueError(message)
        case dict():
            for name, each in value.items():
                refuse_unstorable(name)
                refuse_unstorable(each)
        case list():
            for each in value:
                refuse_unstorable(each)
    return value
