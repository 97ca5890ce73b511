"""What an editor should know of next steps that lead to other topics, in words."""

from collections.abc import Iterable

from handover_api.content.see_also import StepAdvice, StepAdviceKind

_SENTENCES = {
    StepAdviceKind.UNKNOWN: "Ämnet ”{}” finns inte. Steget visas inte. Välj ett ämne i listan.",
    StepAdviceKind.RETIRED: "Ämnet ”{}” är avvecklat. Steget visas inte så länge det är det.",
    StepAdviceKind.UNWRITTEN: "Ämnet ”{}” har ingen publicerad artikel. Steget visas när den finns.",
    StepAdviceKind.EXPIRED: "Artikeln om ”{}” har passerat sin granskningsdag. Steget visas när den är granskad.",
}
_ROUND = "Stegen leder runt: {}. Det går bra om varje svar säger något eget. Vägen till en människa finns hela tiden."


def sentences(advice: Iterable[StepAdvice]) -> list[str]:
    return [_sentence(each) for each in advice]


def _sentence(advice: StepAdvice) -> str:
    if advice.kind is StepAdviceKind.ROUND:
        return _ROUND.format(" → ".join(f"”{title}”" for title in advice.titles))
    return _SENTENCES[advice.kind].format(*advice.titles)
