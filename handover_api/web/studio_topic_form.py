"""A topic as the editor's form has it, and what is wrong with it, in words."""

from collections.abc import Collection, Iterable, Mapping

from pydantic import BaseModel

from handover_api.questions.reading import Group
from handover_api.rules.question import words_to_keep
from handover_api.rules.topic import FIELD_OF, MAX_SIMILAR, Handling, TopicFault, TopicText, folded

# What the bot does with a question, and what that means.
HANDLINGS = {
    Handling.ANSWER: ("Svarar", "Boten ger svaret ur artikeln. Bara nivå 1 och 2."),
    Handling.GUIDE: ("Vägleder", "Boten berättar hur man gör och visar vägen till en människa."),
    Handling.REFER: ("Hänvisar", "Boten säger vem som svarar på frågan i stället. Bara nivå 1 och 2."),
    Handling.HANDOVER: (
        "Lämnar över",
        "En människa tar över. Artikeln säger vad som händer och vad man ska ha framme.",
    ),
    Handling.CHAT: ("Småpratar", "Hälsningar, tack och frågor om chatten. Har ingen nivå."),
    Handling.URGENT: ("Larmar", "Fara. Invånaren får veta vart man ringer och ärendet går först i kön."),
}
_SENTENCES = {
    TopicFault.TITLE_MISSING: "Skriv ämnets rubrik som en fråga.",
    TopicFault.TITLE_TAKEN: "Det finns redan ett ämne med den rubriken. Skriv en rubrik som skiljer dem åt.",
    TopicFault.AREA_MISSING: "Välj ett område.",
    TopicFault.HANDLING_MISSING: "Välj vad boten ska göra.",
    TopicFault.LEVEL_MISSING: "Välj en nivå.",
    TopicFault.LEVEL_TOO_HIGH: "På nivå 3 och högre får boten inte svara eller hänvisa själv. Välj att den "
    "vägleder eller lämnar över, eller välj en lägre nivå.",
    TopicFault.LEVEL_OF_CHAT: "Småprat har ingen nivå. Välj ”Ingen”.",
    TopicFault.GROUP_MISSING: "Välj en svarsgrupp.",
    TopicFault.UNKNOWN_FACT: "Något inom klammer är ingen lokal uppgift. Skriv namnet som det står bland uppgifterna.",
    TopicFault.SIMILAR_UNKNOWN: "Ett av ämnena finns inte. Välj i listan som kommer upp när du skriver.",
    TopicFault.SIMILAR_TO_ITSELF: "Ämnet kan inte likna sig självt. Ta bort det.",
    TopicFault.TOO_MANY_SIMILAR: f"Skriv högst {MAX_SIMILAR} ämnen.",
}


class TopicForm(BaseModel):
    """`version`: of the topic that the form showed; 0 for a new one.

    `fragor`: the group of questions that the topic is made for, whose phrase and regression question follow.
    """

    rubrik: str = ""
    omrade: str = ""
    gor: str = ""
    niva: str = ""
    svarsgrupp: str = ""
    sekretess: str = ""
    innehall: str = ""
    lagrum: str = ""
    liknar: list[str] = []
    version: int = 0
    fragor: str = ""
    fras: str = ""
    kontrollfraga: str = ""

    @classmethod
    def of(cls, topic: TopicText, version: int, titles: Mapping[str, str]) -> "TopicForm":
        return cls(
            rubrik=topic.title,
            omrade=topic.area,
            gor=topic.handling,
            niva="" if topic.rosa_level is None else str(topic.rosa_level),
            svarsgrupp=topic.answer_group,
            sekretess="ja" if topic.touches_secrecy else "",
            innehall=topic.must_contain,
            lagrum=topic.legal_basis,
            liknar=[titles.get(each, each) for each in topic.similar],
            version=version,
        )

    @classmethod
    def for_group(cls, group: Group, most_characters: int) -> "TopicForm":
        """What has been wished for, and how residents asked."""
        phrase, regression = words_to_keep(group.texts)
        title = (group.wish or phrase).partition("\n")[0]
        return cls(
            rubrik=title if len(title) <= most_characters else "",
            fragor=str(group.key),
            fras=phrase,
            kontrollfraga=regression,
        )

    @property
    def similar_rows(self) -> list[str]:
        """The rows of the form, with some to fill in."""
        rows = [each for each in self.liknar if each.strip()]
        return rows + [""] * max(1, min(2, MAX_SIMILAR - len(rows)))

    def read(self, titles: Mapping[str, str]) -> TopicText:
        """`titles`: of all topics, by id."""
        by_title = {folded(title): topic for topic, title in titles.items()}
        named = [each.strip() for each in self.liknar if each.strip()]
        return TopicText(
            title=self.rubrik,
            area=self.omrade,
            rosa_level=int(self.niva) if self.niva in set("12345678") else None,
            handling=self.gor,
            answer_group=self.svarsgrupp,
            touches_secrecy=self.sekretess == "ja",
            must_contain=self.innehall,
            legal_basis=self.lagrum,
            similar=tuple(by_title.get(folded(each), each) for each in named),
        )


def sentences(faults: Iterable[TopicFault]) -> dict[str, str]:
    """What is wrong, by TopicText's field."""
    told: dict[str, str] = {}
    for fault in faults:
        told.setdefault(FIELD_OF[fault], _SENTENCES[fault])
    return told


def handlings(choosable: Collection[Handling]) -> list[tuple[str, str, str]]:
    return [(handling.value, *words) for handling, words in HANDLINGS.items() if handling in choosable]
