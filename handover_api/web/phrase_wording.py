"""What editors read about phrases: advice in sentences, and what the bot would do."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from handover_api.integrations.bot import Understanding
from handover_api.rules.identifying import seems_to_tell_who
from handover_api.rules.phrase import OUTSIDE
from handover_api.rules.phrase_advice import Advice, AdviceKind

OUTSIDE_TITLE = "Det som inget ämne svarar på"
# From this share of what speaks for any topic, a guess is mostly right.
_RATHER_SURE = 0.6
_UNSURE = 0.4

# In the address of the page that follows a saving: somebody may be known by what was saved.
SHOWS_WHO = "visar-vem"

SENTENCES = {
    AdviceKind.IDENTIFYING: (
        "Det ser ut att stå ett namn, en adress eller ett nummer i frågan, eller att något är borttaget ur den. Skriv "
        "om den så att ingen går att känna igen."
    ),
    AdviceKind.EXISTS: "Frågan finns redan i ämnet.",
    AdviceKind.REDUNDANT: "Ämnet har redan nästan samma fråga. En fråga med andra ord lär boten mer.",
    AdviceKind.ELSEWHERE: "Samma fråga står i ett annat ämne. Behåll den i ett av dem: annars stoppas träningen.",
    AdviceKind.NEARLY_ELSEWHERE: "Ett annat ämne har nästan samma fråga. Boten kan blanda ihop ämnena.",
    AdviceKind.PULLED: (
        "Frågan liknar mest ett annat ämnes frågor. Skriv mer av det som är eget för det här ämnet, eller lägg frågan "
        "i det andra."
    ),
}
_DECISIONS = {
    "sure": "Boten är säker nog för att svara direkt.",
    "unclear": "Boten är inte säker. Den frågar vilket av ämnena personen menar.",
    "unsure": "Boten är för osäker för att svara. Den frågar en gång till eller föreslår en människa.",
    "chosen": "Boten svarar direkt.",
}


@dataclass(frozen=True)
class AdviceView:
    """`topic` None: it is about the topic that is being written for."""

    sentence: str
    topic: str | None
    title: str
    phrases: tuple[str, ...]


@dataclass(frozen=True)
class LineView:
    text: str
    advice: list[AdviceView]


def title_of(topic: str, titles: Mapping[str, str]) -> str:
    return OUTSIDE_TITLE if topic == OUTSIDE else titles.get(topic, topic)


def view(text: str, advice: Iterable[Advice], topic: str, titles: Mapping[str, str]) -> LineView:
    """`topic` is the one that is being written for."""
    return LineView(
        text,
        [
            AdviceView(
                SENTENCES[each.kind],
                each.topic if each.topic != topic else None,
                title_of(each.topic, titles),
                # The same words say nothing more.
                each.phrases if each.kind is not AdviceKind.EXISTS else (),
            )
            for each in advice
        ],
    )


def summary(lines: Iterable[LineView]) -> str:
    """For whoever does not see the advice appear."""
    judged = list(lines)
    advised = sum(bool(line.advice) for line in judged)
    if not judged:
        return ""
    if not advised:
        return "Inga råd om frågorna."
    return "Det finns råd om en fråga." if advised == 1 else f"Det finns råd om {advised} frågor."


def advice_in_address(saved: Iterable[str]) -> str:
    """What is added to the address of the page that follows; empty when there is nothing to say of these texts."""
    return f"&{SHOWS_WHO}=1" if any(seems_to_tell_who(text) for text in saved) else ""


def count(phrases: int) -> str:
    return "Inga frågor" if not phrases else "1 fråga" if phrases == 1 else f"{phrases} frågor"


def decision(understanding: Understanding) -> str:
    """What the bot would do, in a sentence."""
    if understanding.urgent is not None:
        return "Boten ser det som akut. Den säger direkt vart personen ska vända sig, och en människa tar över."
    if understanding.is_personal:
        return "Boten ser att frågan gäller personens eget ärende. Den lämnar frågan till en människa."
    return _DECISIONS[understanding.certainty]


def how_sure(share: float) -> str:
    """How much a guess is worth."""
    if share >= _RATHER_SURE:
        return "ganska säker gissning"
    return "osäker gissning" if share < _UNSURE else "gissning"
