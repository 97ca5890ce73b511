"""What is said of tasks, on the page and in the letter."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from handover_api.rules.article import LOW_SCORE, REVIEW_SOON
from handover_api.rules.spoken_time import MONTHS, WEEKDAYS
from handover_api.rules.task import LEFT_AFTER, Task, TaskKind

NO_TOPIC = "Frågor utan ämne"


@dataclass(frozen=True)
class Words:
    """`heading` is for several; `why` says what it means; `deed` is what is done about one."""

    heading: str
    why: str
    deed: str


WORDS = {
    TaskKind.EXPIRED: Words(
        "Artiklar som har gått ut",
        "Boten svarar inte längre på det här. En människa får frågorna tills artikeln är granskad.",
        "Granska artikeln",
    ),
    TaskKind.IN_REVIEW: Words(
        "Utkast att granska",
        "Någon annan har skrivit dem. När du har godkänt ett utkast kan boten svara med det.",
        "Granska utkastet",
    ),
    TaskKind.SENT_BACK: Words(
        "Utkast som har skickats tillbaka",
        "Granskaren har skrivit vad som behöver ändras.",
        "Rätta utkastet",
    ),
    TaskKind.UNANSWERED: Words(
        "Frågor som flera har ställt",
        "Boten räckte inte till. Bestäm vilket ämne frågorna hör till.",
        "Ta hand om frågorna",
    ),
    TaskKind.LESSON: Words(
        "Tips från medarbetare",
        "Det här borde boten ha svarat på, enligt dem som tog över samtalen.",
        "Läs tipsen",
    ),
    TaskKind.MISREAD: Words(
        "Kontrollfrågor som boten missförstår",
        "Modellen som används klarade dem inte när den prövades. Skriv fler fraser i ämnet och träna boten.",
        "Skriv fler fraser",
    ),
    TaskKind.DUE: Words(
        f"Artiklar som ska granskas inom {REVIEW_SOON.days} dagar",
        "Fråga förvaltningen om svaret fortfarande stämmer. När dagen har passerat slutar boten svara.",
        "Granska artikeln",
    ),
    TaskKind.LOW_SCORE: Words(
        "Svar som sällan hjälper",
        f"Färre än {round(LOW_SCORE * 100)} procent av dem som tyckte till sa att svaret hjälpte.",
        "Skriv om svaret",
    ),
    TaskKind.TOPIC_WISHED: Words(
        "Nya ämnen som behövs",
        "Någon i redaktionen har sett att frågorna inte hör till något ämne som finns.",
        "Se frågorna",
    ),
    TaskKind.UNWRITTEN: Words(
        "Ämnen utan artikel",
        "Boten har inget svar. En människa får frågorna.",
        "Skriv artikeln",
    ),
    TaskKind.THIN: Words(
        "Ämnen med för få fraser",
        "Boten har svårt att känna igen ämnet och blandar lätt ihop det med andra.",
        "Skriv fler fraser",
    ),
    TaskKind.LEFT: Words(
        "Utkast som har blivit liggande",
        f"Ingen har skrivit i dem på {LEFT_AFTER.days} dagar.",
        "Skriv klart utkastet",
    ),
}


def things(count: int) -> str:
    return "1 sak" if count == 1 else f"{count} saker"


def title(task: Task) -> str:
    return task.title or NO_TOPIC


def facts(task: Task) -> list[str]:
    """What there is to know before the task is opened."""
    tell = _FACTS.get(task.kind)
    return tell(task, day(task.day) if task.day else "") if tell else []


def day(on: date) -> str:
    return f"{on.day} {MONTHS[on.month - 1]} {on.year}"


def weekday(number: int) -> str:
    return WEEKDAYS[number]


def _asked_since(count: int) -> str:
    if not count:
        return "Ingen har frågat sedan dess"
    return f"{'1 fråga' if count == 1 else f'{count} frågor'} har gått till en människa sedan dess"


def _phrases(count: int) -> str:
    return "Ingen fras" if not count else "1 fras" if count == 1 else f"{count} fraser"


def _questions(task: Task, _: str) -> list[str]:
    return ["1 fråga" if task.count == 1 else f"{task.count} frågor"]


def _last_written(_: Task, on: str) -> list[str]:
    return [f"Senast ändrat {on}"]


_FACTS: dict[TaskKind, Callable[[Task, str], list[str]]] = {
    TaskKind.EXPIRED: lambda task, on: [f"Gällde till och med {on}", _asked_since(task.count)],
    TaskKind.IN_REVIEW: lambda _, on: [f"Skickades {on}"],
    TaskKind.SENT_BACK: _last_written,
    TaskKind.UNANSWERED: _questions,
    TaskKind.LESSON: lambda task, on: [
        f"Ett tips från {on}" if task.count == 1 else f"{task.count} tips, det äldsta från {on}"
    ],
    TaskKind.DUE: lambda _, on: [f"Granskas senast {on}"],
    TaskKind.LOW_SCORE: lambda task, _: [f"{task.count} av {task.of} tyckte att svaret hjälpte"],
    TaskKind.TOPIC_WISHED: _questions,
    TaskKind.THIN: lambda task, _: [f"{_phrases(task.count)}, minst {task.of} behövs"],
    TaskKind.LEFT: _last_written,
}
