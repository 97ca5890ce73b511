"""What an editor should know of next steps that lead to other topics, in words."""

from collections.abc import Iterable, Mapping

from handover_api.content.see_also import StepAdvice, StepAdviceKind

_SENTENCES = {
    StepAdviceKind.UNKNOWN: "Ämnet {} finns inte. Steget visas inte. Välj ett ämne som finns.",
    StepAdviceKind.RETIRED: "Ämnet {} är avvecklat. Steget visas inte så länge det är det.",
    StepAdviceKind.UNWRITTEN: "Ämnet {} har ingen publicerad artikel. Steget visas när den finns.",
    StepAdviceKind.EXPIRED: "Artikeln om {} har passerat sin granskningsdag. Steget visas när den är granskad.",
}
_ROUND = "Stegen leder runt: {}. Det går bra om varje svar säger något eget. Vägen till en människa finns hela tiden."


def sentences(advice: Iterable[StepAdvice]) -> list[str]:
    return [_sentence(each, [f"”{title}”" for title in each.titles]) for each in advice]


def sentences_with_places(advice: Iterable[StepAdvice], places: Mapping[str, str]) -> list[str]:
    """`places`: where the steps stand, by topic; those of other topics are published."""
    return [_with_places(each, places) for each in advice]


def _with_places(advice: StepAdvice, places: Mapping[str, str]) -> str:
    named = [f"”{title}”" for title in advice.titles]
    if advice.kind is not StepAdviceKind.ROUND:
        return f"{places[advice.topics[0]]}: {_sentence(advice, named)}"
    stand = [places.get(topic, "publicerad") for topic in advice.topics]
    way = [f"{name} ({place})" for name, place in zip(named, stand, strict=True)]
    return _sentence(advice, [*way[:-1], named[-1]])


def _sentence(advice: StepAdvice, named: list[str]) -> str:
    if advice.kind is StepAdviceKind.ROUND:
        return _ROUND.format(" → ".join(named))
    return _SENTENCES[advice.kind].format(named[-1])
