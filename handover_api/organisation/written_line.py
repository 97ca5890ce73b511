"""A line that one of the staff writes for others to read: cleaned, masked, and not too long."""

from handover_api.errors import InvalidError
from handover_api.rules.message import EmptyTextError, TooLongTextError, clean_text
from handover_api.rules.personal_data import mask


def one_line(text: str, most: int) -> str:
    """What was written, without line breaks; empty when nothing readable was.

    Raises:
        InvalidError: `text_too_long`.
    """
    try:
        line = mask(" ".join(clean_text(text).split()))
    except EmptyTextError:
        return ""
    except TooLongTextError:
        line = text
    if len(line) > most:
        raise InvalidError("text_too_long", f"Texten får vara högst {most} tecken. Korta den.", max_characters=most)
    return line
