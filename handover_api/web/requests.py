"""A question by a form, as the resident fills it in and as staff read its answer."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from handover_api.cases.asking import Details
from handover_api.models import Message
from handover_api.rules.request import ANSWER, REQUEST, Answer, Detail, RequestKind
from handover_api.texts import to_translate

# What residents read beside the fields; staff read the same in Swedish.
LABELS = {
    Detail.EMAIL: to_translate("E-postadress"),
    Detail.TELEPHONE: to_translate("Telefonnummer"),
    Detail.NAME: to_translate("Namn"),
}
INPUT_TYPES = {Detail.EMAIL: "email", Detail.TELEPHONE: "tel", Detail.NAME: "text"}
AUTOCOMPLETE = {Detail.EMAIL: "email", Detail.TELEPHONE: "tel", Detail.NAME: "name"}


@dataclass(frozen=True)
class RequestView:
    """`is_open`: it can be answered still. `written` and `wrong`: what a refused form had, and why it was refused."""

    seq: int
    kind: RequestKind
    details: list[Detail]
    is_open: bool
    written: Mapping[str, str] = field(default_factory=dict)
    wrong: Mapping[str, str] = field(default_factory=dict)
    fault: str | None = None

    def label(self, detail: Detail) -> str:
        return LABELS[detail]

    def input_type(self, detail: Detail) -> str:
        return INPUT_TYPES[detail]

    def autocomplete(self, detail: Detail) -> str:
        return AUTOCOMPLETE[detail]


def asked_in(message: Message, *, is_open: bool) -> RequestView | None:
    """The form that belongs to a message, if one does."""
    if message.kind != REQUEST:
        return None
    asked = message.payload["request"]
    details = [Detail(each) for each in asked["details"]]
    return RequestView(message.seq, RequestKind(asked["kind"]), details, is_open)


def answered_by(message: Message) -> int | None:
    """The number of the question that a message answers."""
    return message.payload["answers"] if message.kind == ANSWER else None


def told_to_staff(message: Message) -> str:
    """The resident's answer in Swedish, whichever language it was given in."""
    asked = message.payload["request"]
    is_willing = asked["answer"] == Answer.YES
    if asked["kind"] == RequestKind.CONSENT:
        return f"Invånaren {'godkänner' if is_willing else 'godkänner inte'} att {asked['purpose']}."
    if not is_willing:
        return "Invånaren vill inte lämna uppgifterna."
    return f"Invånaren har lämnat uppgifter för att {asked['purpose']}."


def left_for_staff(details: Details | None) -> list[tuple[str, str]]:
    """What was left, each with its name."""
    return [(LABELS[detail], value) for detail, value in details.left().items()] if details else []
