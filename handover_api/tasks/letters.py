"""The letters about what is to be done, to those who have asked for them. No resident's words are in them."""

from collections.abc import Iterable, Iterator
from itertools import groupby

from handover_api.models import DigestChoice
from handover_api.rules.task import IN_RESIDENTS_WORDS, Task, TaskKind
from handover_api.tasks import wording
from handover_api.tasks.addresses import MAIL_PART, TASKS_PATH, list_path

# Of one kind; the page has them all.
_MOST_NAMED = 5
_ENDING = "Det går inte att svara på det här mejlet.\n\nVänliga hälsningar\nKontaktcenter"
CONFIRMATION_SUBJECT = "Bekräfta din e-postadress"


def subject(tasks: list[Task]) -> str:
    return f"Att göra i redaktionen: {wording.things(len(tasks))}"


def digest(tasks: Iterable[Task], choice: DigestChoice, public_url: str, *, is_weekly: bool) -> str:
    """`tasks` are the choice's own, in their order."""
    whose = f" för {choice.owner}" if choice.owner else ""
    why = (
        f"Du får det här mejlet varje {wording.weekday(choice.weekday)}." if is_weekly else "Du bad om det här mejlet."
    )
    return _letter(
        f"Det här finns att göra i redaktionen{whose}.",
        *("\n".join(_told(kind, list(of_kind))) for kind, of_kind in groupby(tasks, key=lambda task: task.kind)),
        f"Öppna listan: {public_url}{list_path(owner=choice.owner)}",
        f"{why} Ändra eller avsluta: {public_url}{TASKS_PATH}{MAIL_PART}",
    )


def confirmation(code: str, public_url: str) -> str:
    return _letter(
        "Någon har valt att få redaktionens lista över vad som finns att göra till den här adressen.",
        f"Är det du? Öppna sidan och bekräfta med koden {code}: {public_url}{TASKS_PATH}?kod={code}{MAIL_PART}",
        "Är det inte du? Då kan du ta bort mejlet. Inget mer skickas, och adressen tas bort om två dagar.",
    )


def _told(kind: TaskKind, tasks: list[Task]) -> Iterator[str]:
    yield f"{wording.WORDS[kind].heading}: {len(tasks)}"
    if kind in IN_RESIDENTS_WORDS:
        return
    for task in tasks[:_MOST_NAMED]:
        facts = "".join(f" {fact}." for fact in wording.facts(task))
        yield f"- {wording.title(task)}{facts if wording.title(task).endswith(('?', '.')) else f'.{facts}'}"
    if len(tasks) > _MOST_NAMED:
        yield f"- och {len(tasks) - _MOST_NAMED} till"


def _letter(*paragraphs: str) -> str:
    return "\n\n".join(("Hej!", *paragraphs, _ENDING)) + "\n"
