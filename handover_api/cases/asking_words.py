"""The sentences of a question by a form and of its answer, in the resident's language."""

from collections.abc import Iterable

from handover_api.rules.request import Detail, RequestKind
from handover_api.texts import _, to_translate

_YOURS = {
    Detail.EMAIL: to_translate("din e-postadress"),
    Detail.TELEPHONE: to_translate("ditt telefonnummer"),
    Detail.NAME: to_translate("ditt namn"),
}
_MINE = {
    Detail.EMAIL: to_translate("min e-postadress"),
    Detail.TELEPHONE: to_translate("mitt telefonnummer"),
    Detail.NAME: to_translate("mitt namn"),
}
# How the sentence that the agent goes on with begins.
LEADS = {RequestKind.DETAILS: "för att ", RequestKind.CONSENT: "att "}


def without_lead(kind: RequestKind, purpose: str) -> str:
    """What the agent has written, as it goes into the sentences below."""
    lead = LEADS[kind]
    written = f"{purpose} "
    return (written[len(lead) :] if written.lower().startswith(lead) else written).strip().rstrip(".?! ")


def question(kind: RequestKind, details: Iterable[Detail], purpose: str) -> str:
    if kind is RequestKind.CONSENT:
        return _("Godkänner du att {purpose}?").format(purpose=purpose)
    asked = _listed([_(_YOURS[detail]) for detail in details])
    return _("Kan du lämna {details}? Vi behöver det för att {purpose}.").format(details=asked, purpose=purpose)


def answer(kind: RequestKind, left: Iterable[Detail], purpose: str, *, is_willing: bool) -> str:
    if kind is RequestKind.CONSENT:
        said = _("Ja, jag godkänner att {purpose}.") if is_willing else _("Nej, jag godkänner inte att {purpose}.")
        return said.format(purpose=purpose)
    if not is_willing:
        return _("Nej tack, jag vill inte lämna uppgifterna.")
    return _("Jag har lämnat {details}.").format(details=_listed([_(_MINE[detail]) for detail in left]))


def _listed(words: list[str]) -> str:
    if len(words) == 1:
        return words[0]
    return _("{first} och {last}").format(first=", ".join(words[:-1]), last=words[-1])
