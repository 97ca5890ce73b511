"""What residents add in words of their own about an answer or a conversation. Nothing need be said."""

from handover_api.errors import InvalidError
from handover_api.rules.message import EmptyTextError, TooLongTextError, clean_text
from handover_api.rules.personal_data import mask
from handover_api.texts import _


def storable_remark(text: str, max_characters: int) -> str | None:
    """The remark as it may be stored, personal numbers masked; None when nothing was said.

    Raises:
        InvalidError: `remark_too_long`.
    """
    too_long = InvalidError(
        "remark_too_long",
        _("Texten är för lång. Den får vara högst {count} tecken.").format(count=max_characters),
        max_characters=max_characters,
    )
    try:
        remark = clean_text(text)
    except EmptyTextError:
        return None
    except TooLongTextError:
        raise too_long from None
    if len(remark) > max_characters:
        raise too_long
    return mask(remark)
