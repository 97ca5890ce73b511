"""How a case ended, as the desk's forms ask for it and its pages tell it: topic through area, ROSA level, result."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from handover_api.cases.closing import Outcome
from handover_api.cases.schemas import CaseRead, EvidenceRead
from handover_api.content.schemas import TopicRead
from handover_api.rules.case import ROSA_LEVELS, CaseChannel, Resolution

# The areas of data/topics.tsv; a test compares them.
AREAS = {
    "aldreomsorg": "Äldreomsorg",
    "avfall-vatten": "Avfall och vatten",
    "bostad": "Bostad",
    "bygga-bo": "Bygga och bo",
    "forskola": "Förskola",
    "funktionsnedsattning": "Funktionsnedsättning",
    "gator-trafik-park": "Gator, trafik och park",
    "grundskola": "Grundskola",
    "gymnasie-vuxenutbildning": "Gymnasium och vuxenutbildning",
    "individ-familj": "Individ och familj",
    "kommun-demokrati": "Kommun och demokrati",
    "kultur-fritid": "Kultur och fritid",
    "miljo-halsa": "Miljö och hälsa",
    "naringsliv": "Näringsliv",
    "ovriga-myndigheter": "Andra myndigheter",
    "samtal": "Chatten och samtalet",
}
LEVELS = {
    1: "1, information",
    2: "2, vägledning",
    3: "3, administrativ förberedelse",
    4: "4, rutinbeslut",
    5: "5, specialist",
    6: "6, specialist",
    7: "7, specialist",
    8: "8, specialist",
}
CHANNELS = {
    CaseChannel.TELEPHONE: "Telefon",
    CaseChannel.EMAIL: "E-post",
    CaseChannel.VISIT: "Besök",
}
_CAME_BY = {
    CaseChannel.TELEPHONE: "Kontakten kom per telefon och registrerades efteråt.",
    CaseChannel.EMAIL: "Kontakten kom med e-post och registrerades efteråt.",
    CaseChannel.VISIT: "Kontakten var ett besök och registrerades efteråt.",
}
# Before an area's id, for what is none of its topics.
_AREA = "omrade:"


@dataclass(frozen=True)
class Choice:
    value: str
    label: str


@dataclass(frozen=True)
class AreaChoices:
    """`other`: what is none of the area's topics."""

    label: str
    topics: tuple[Choice, ...]
    other: Choice


@dataclass(frozen=True)
class OutcomeForm:
    """What is filled in, as the form has it, and what is wrong with it, by the field's name."""

    category: str = ""
    rosa_level: str = ""
    resolution: str = ""
    errors: dict[str, str] = field(default_factory=dict)

    def checked(self) -> "OutcomeForm":
        """The form with the reasons why it cannot be kept."""
        errors = {}
        if self.resolution not in set(Resolution):
            errors["resolution"] = "Välj hur ärendet slutade."
        # Somebody who has taken the question back need not have said what it was.
        if not self.category and self.resolution != Resolution.WITHDRAWN:
            errors["category"] = "Välj vad ärendet gällde."
        if self.rosa_level and self.rosa_level not in map(str, ROSA_LEVELS):
            errors["rosa_level"] = "Välj en nivå i listan."
        return replace(self, errors=errors)

    def refused(self, name: str, reason: str) -> "OutcomeForm":
        """The form with a further reason, beside the field with the name."""
        return replace(self, errors={**self.errors, name: reason})

    def read(self) -> Outcome:
        """What a form without faults says."""
        area = self.category.removeprefix(_AREA) if self.category.startswith(_AREA) else None
        return Outcome(
            resolution=self.resolution,
            category=None if area else self.category or None,
            area=area,
            rosa_level=int(self.rosa_level) if self.rosa_level else None,
        )


def area(code: str) -> str:
    return AREAS.get(code, code)


def list_choices(topics: Iterable[TopicRead]) -> tuple[AreaChoices, ...]:
    """Every topic in use under its area, and in each area what is none of them. What is only said is no matter."""
    by_area: defaultdict[str, list[Choice]] = defaultdict(list)
    for topic in topics:
        matters = by_area[topic.area]
        if topic.handling != "chat" and not topic.is_retired:
            matters.append(Choice(topic.id, topic.title))
    return tuple(
        AreaChoices(
            label=area(code),
            topics=tuple(sorted(choices, key=lambda choice: choice.label)),
            other=Choice(f"{_AREA}{code}", f"Något annat: {area(code)}"),
        )
        for code, choices in sorted(by_area.items(), key=lambda pair: area(pair[0]))
    )


def best_guess(believed: str | None, evidence: Iterable[EvidenceRead], topics: Iterable[TopicRead]) -> TopicRead | None:
    """What the bot most believed that it was about: the topic it is filed under, or the latest best guess."""
    matters = {topic.id: topic for topic in topics if topic.handling != "chat" and not topic.is_retired}
    guesses = [believed, *(each.get("topic") for one in evidence for each in one.candidates[:1])]
    return next((matters[guess] for guess in guesses if guess in matters), None)


def told(case: CaseRead, titles: dict[str, str]) -> list[str]:
    """How the case ended, in sentences for the staff."""
    sentences = [_CAME_BY[case.channel]] if case.channel in _CAME_BY else []
    if case.category:
        sentences.append(f"Gällde: {titles.get(case.category, case.category)}")
    elif case.category_area:
        sentences.append(f"Gällde: något annat inom {area(case.category_area)}")
    if case.rosa_level:
        sentences.append(f"ROSA-nivå {LEVELS[case.rosa_level]}")
    return sentences
