"""The part of the page of tasks where each person chooses to get them by e-mail."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from handover_api.models import DigestChoice
from handover_api.rules.spoken_time import WEEKDAYS

DONE = {
    "kod": "Vi har skickat en kod till adressen. Skriv den här för att bekräfta att adressen är din.",
    "sparat": "Valet är sparat.",
    "bekraftat": "Adressen är bekräftad. Nu får du listan varje vecka.",
    "skickat": "Listan är på väg till din e-post.",
    "inget": "Det finns inget att göra just nu, så inget mejl skickades.",
    "avslutat": "Du får inga fler mejl, och adressen är borttagen.",
}
_NOT_SET_UP = "E-post är inte inställd i systemet, så mejlet kom inte fram. Säg till den som sköter systemet."


@dataclass(frozen=True)
class MailForm:
    """The form as somebody has sent it. `errors` are by the field's name; an empty name is for the whole."""

    address: str | None = None
    weekday: str | None = None
    owner: str | None = None
    code: str = ""
    done: str = ""
    errors: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class MailView:
    """`told`: what is chosen now; None while nothing is. `problem`: why the latest letter did not arrive."""

    told: str | None
    needs_code: bool
    problem: str
    form: MailForm
    address: str
    weekday: str
    owner: str
    owners: Sequence[str]
    weekdays: Sequence[tuple[str, str]]

    @property
    def is_changing(self) -> bool:
        """Whether what is chosen is being changed, and not well."""
        return bool(self.form.errors.keys() & {"adress", "dag", "ansvarig"})


def view(choice: DigestChoice | None, form: MailForm, owners: Sequence[str]) -> MailView:
    """`owners`: the departments to choose from; one that was chosen before stays among them."""
    kept = choice.owner if choice else ""
    owner = form.owner if form.owner is not None else kept
    return MailView(
        told=_told(choice) if choice else None,
        needs_code=choice is not None and choice.code is not None,
        problem=_problem(choice) if choice and choice.problem else "",
        form=form,
        address=form.address if form.address is not None else choice.address if choice else "",
        weekday=form.weekday if form.weekday is not None else str(choice.weekday) if choice else "0",
        owner=owner,
        owners=[*owners, *([kept] if kept and kept not in owners else [])],
        weekdays=[(str(number), name.capitalize()) for number, name in enumerate(WEEKDAYS)],
    )


def _told(choice: DigestChoice) -> str:
    whose = f"det som {choice.owner} ansvarar för" if choice.owner else "allt som finns att göra"
    if choice.code is not None:
        return f"När du har bekräftat {choice.address} får du {whose}, varje {WEEKDAYS[choice.weekday]}."
    return f"Varje {WEEKDAYS[choice.weekday]} får du {whose} till {choice.address}. Finns det inget skickas inget."


def _problem(choice: DigestChoice) -> str:
    if choice.problem == "mail_not_set_up":
        return _NOT_SET_UP
    return f"Det senaste mejlet till {choice.address} kom inte fram. Kontrollera adressen."
