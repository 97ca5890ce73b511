"""A handful of topics, quickly learned, for the tests of what the model does with them."""

from __future__ import annotations

from dataclasses import replace

from bot.classification.catalogue import Catalogue, Topic
from bot.classification.features import Word
from bot.classification.network import Training
from bot.classification.topic_learning import Example, Lessons, PersonalExample, Question
from bot.classification.topic_model import NOISE, Limits

QUICK = Training(hidden=16, epochs=15, batch=16, gram_dropout=0.2, hidden_dropout=0.0)
# With a score of questions, one wrong answer more is a large share.
LIMITS = Limits(max_wrong_share=0.1, max_misread_share=0.2, min_choice_share=0.6, max_false_alarm_share=0.05)
PHRASES = {
    "radon": ["mäta radon", "radon i huset", "hur mäter man radon", "radonmätning", "radonhalt i källaren"],
    "bygglov-altan": ["bygga altan", "altan bygglov", "får man bygga trädäck", "altan på baksidan", "trädäck lov"],
    "bygglov-avgift": ["vad kostar bygglov", "avgift bygglov", "pris på lov", "kostnad för bygglov", "bygglovsavgift"],
    "bibliotek": [
        "när öppnar biblioteket",
        "bibliotekets öppettider",
        "biblioteket öppet",
        "låna böcker",
        "öppettider bibliotek",
    ],
    "mitt-arende": ["status på ärendet", "hur går det med ärendet", "ärendenummer", "mitt ärende", "ärende status"],
    "hej": ["hej", "hejsan", "tjena", "god morgon", "hallå där"],
    "akut-fara": [
        "det brinner",
        "huset brinner",
        "ring brandkåren det brinner",
        "brand i huset",
        "det ryker och brinner",
    ],
    NOISE: ["asdf", "qwerty", "asdfgh", "hjkl", "vem vann matchen"],
}
CATALOGUE = Catalogue.of(
    [
        Topic("radon", "guide", "miljo", "Hur mäter jag radon?"),
        Topic("bygglov-altan", "guide", "bygga", "Behöver jag bygglov för altan?"),
        Topic("bygglov-avgift", "answer", "bygga", "Vad kostar bygglov?"),
        Topic("bibliotek", "answer", "kultur", "När har biblioteket öppet?"),
        Topic("mitt-arende", "handover", "bygga", "Hur går det med mitt ärende?"),
        Topic("hej", "chat", "samtal", "Hej"),
        Topic("akut-fara", "urgent", "akut", "Det brinner"),
    ]
)
ASKED = {
    "radon": ["radon i källaren hur mäter man", "mäta radonhalt", "radon huset", "hur mäta radon i källaren"],
    "bygglov-altan": ["bygga trädäck på baksidan", "altan lov", "får man bygga altan", "lov trädäck"],
    "bygglov-avgift": ["kostar bygglov", "avgift för lov", "pris bygglov", "kostnad lov"],
    "bibliotek": ["när är biblioteket öppet", "låna böcker bibliotek", "biblioteket öppettider", "öppnar biblioteket"],
    "mitt-arende": ["status ärende", "går det bra med ärendet", "ärendet status", "vårt ärende"],
    "hej": ["hej hej", "hejsan där", "tjena hallå", "god morgon hej"],
    "akut-fara": ["det brinner i huset", "brand det ryker", "brandkåren det ryker", "huset ryker och brinner"],
}
# Some that are hard to tell, so that there is doubt to learn from.
HARD = [
    ("huset", "radon"),
    ("lov", "bygglov-altan"),
    ("bygga trädäck kostnad", "bygglov-avgift"),
    ("bygga i huset", "bygglov-altan"),
    ("böcker om radon", "bibliotek"),
    ("hur går det", "hej"),
    ("kostnad", "bibliotek"),
    ("status bygglov", "mitt-arende"),
    ("ryker det i källaren", "akut-fara"),
]
NOT_ASKED_OF_US = [
    *("vem vann", "asdf qwerty", "hjkl asdf", "vann matchen asdfgh"),
    *("hur mäter man tid", "matchen i huset", "vad kostar böcker", "när går bussen"),
]


def words(text: str) -> list[Word]:
    return [Word(word, word.removesuffix("en").removesuffix("et")) for word in text.split()]


def examples() -> list[Example]:
    phrases = [Example(words(phrase), topic) for topic, phrases in PHRASES.items() for phrase in phrases]
    titles = [
        Example(words(topic.title.rstrip("?").lower()), topic.id, is_background=True)
        for topic in CATALOGUE.topics.values()
    ]
    return [*phrases, *titles]


def questions() -> list[Question]:
    right = [Question(words(text), topic) for topic, texts in ASKED.items() for text in texts]
    hard = [Question(words(text), topic) for text, topic in HARD]
    return [*right, *hard, *(Question(words(text), None) for text in NOT_ASKED_OF_US)]


def personal_examples() -> list[PersonalExample]:
    own = ["när kommer min faktura", "mitt beslut om altan", "har ni fått min ansökan", "min handläggare svarar inte"]
    general = [
        "hur läser jag fakturan",
        "hur får man beslut om altan",
        "hur skickar man ansökan",
        "vad gör en handläggare",
    ]
    return [
        *(PersonalExample(words(text), is_personal=True) for text in own),
        *(PersonalExample(words(text), is_personal=False) for text in general),
    ]


LESSONS = Lessons(examples=examples(), catalogue=CATALOGUE, limits=LIMITS, questions=questions(), training=QUICK)


def with_limits(**changed: object) -> Lessons:
    return replace(LESSONS, limits=replace(LIMITS, **changed))
