"""What the studio calls residents' questions: how they came, what became of them, and why a topic is suggested."""

from handover_api.rules.masks import beginning
from handover_api.rules.question import QuestionKind, QuestionState
from handover_api.rules.suggestion import Ground, Suggestion

KINDS = {
    QuestionKind.MARKED: "Markerad av en medarbetare",
    QuestionKind.NOT_HELPED: "Svaret hjälpte inte",
    QuestionKind.UNSURE: "Boten förstod inte",
    QuestionKind.HANDED_OVER: "Lämnades över till en människa",
    QuestionKind.CLARIFIED: "Boten fick fråga tillbaka",
}
STATES = {
    QuestionState.OPEN: "Att ta hand om",
    QuestionState.ASSIGNED: "Hör till ett ämne",
    QuestionState.TOPIC_WISHED: "Nytt ämne behövs",
    QuestionState.SET_ASIDE: "Lagda åt sidan",
}
# More of a question than this hides the other rows.
_ROW_CHARACTERS = 160
_REASONS = {
    Ground.TOLD: ("En medarbetare har valt ämnet.", "Medarbetare har valt ämnet {count} gånger."),
    Ground.CLOSED: ("Ärendet avslutades med det ämnet.", "{count} ärenden avslutades med det ämnet."),
    Ground.CHOSEN: (
        "Den som frågade valde ämnet när boten frågade tillbaka.",
        "{count} som frågade valde ämnet när boten frågade tillbaka.",
    ),
    Ground.BELIEVED: ("Boten gissade på ämnet.", "Boten gissade på ämnet {count} gånger."),
}


def reason(suggestion: Suggestion) -> str:
    """Why the topic is suggested, as a sentence."""
    if suggestion.ground is Ground.PHRASE:
        return f"Frågan liknar ”{suggestion.phrase}”, som hör till ämnet."
    once, often = _REASONS[suggestion.ground]
    return once if suggestion.count == 1 else often.format(count=suggestion.count)


def percent(share: float) -> str:
    return f"{round(share * 100)} procent"


def questions(count: int) -> str:
    return "1 fråga" if count == 1 else f"{count} frågor"


def short(text: str) -> str:
    """A question as a row has it; all of it stands on its own page."""
    return text if len(text) <= _ROW_CHARACTERS else f"{beginning(text, _ROW_CHARACTERS)} …"
