"""What editors read about a model that reads beside the one in use."""

from handover_api.rules.replies import ReplyKind
from handover_api.rules.shadow import Choice, ShadowEnding

KINDS = {
    ReplyKind.ANSWER: "Svarar",
    ReplyKind.GUIDE: "Vägleder",
    ReplyKind.REFER: "Hänvisar vidare",
    ReplyKind.CLARIFY: "Frågar vilket ämne som menas",
    ReplyKind.CHAT: "Småpratar",
    ReplyKind.URGENT: "Lämnar genast till en människa",
    ReplyKind.HANDOVER: "Lämnar till en människa",
    ReplyKind.FAILURE: "Kan inte svara",
}
ENDINGS = {
    ShadowEnding.STOPPED: "Den avslutades för hand.",
    ShadowEnding.TIME_UP: "Tiden var ute.",
    ShadowEnding.MODEL_CHANGED: "En annan modell togs i bruk.",
    ShadowEnding.REFUSED: "Modellen stoppades när den skulle tas i bruk.",
    ShadowEnding.NOT_LOADED: "Chattboten kunde inte läsa in modellen.",
}
# Here the topic is no more than a guess.
_GUESSES = frozenset({ReplyKind.CLARIFY, ReplyKind.HANDOVER})
# Why it could not begin, by the code of the error; the page gets the code in its address.
PROBLEMS = {
    "not_a_candidate": "Bara en ny modell kan provköras.",
    "archive_missing": "Modellens fil finns inte kvar. Träna en ny modell.",
    "model_missing": "Ingen modell används ännu, så det finns inget att jämföra med.",
    "shadow_unfinished": "En annan modell provkörs redan. Avsluta den provkörningen först.",
}


def change(before: str, now: str) -> tuple[str, str]:
    """What is done now and what would be done, in words."""
    if before == now:
        kind = KINDS[ReplyKind(now)]
        return f"{kind} (ett ämne)", f"{kind} (ett annat ämne)"
    return KINDS[ReplyKind(before)], KINDS[ReplyKind(now)]


def choice(made: Choice, title: str | None) -> str:
    """What a model makes of one message; `title`: of the topic, if it is known."""
    return f"{KINDS[made.kind]}: ”{title}”" if title and made.kind not in _GUESSES else KINDS[made.kind]


def messages(count: int) -> str:
    return "1 meddelande" if count == 1 else f"{count} meddelanden"
