"""What a model's page shows of its examination: each measure, the curve, the questions, and the confusions."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from handover_api.bot_models.examination import Confusion, Decided, Examination, Measured
from handover_api.bot_models.measuring import Comparison
from handover_api.bot_models.shadow import Difference
from handover_api.models import RegressionQuestion, Topic
from handover_api.questions.read_twice import ReadTwice, list_readable
from handover_api.rules.bot_model import ModelOrigin
from handover_api.rules.gate import Compared, Verdict, compare, exchanged_danger, percent
from handover_api.rules.phrase import OUTSIDE
from handover_api.rules.shadow import differs
from handover_api.web import measure_wording as words
from handover_api.web.pictures import Scale, polyline, thinned
from handover_api.web.shadow_wording import choice as told
from handover_api.web.studio_topics import topic_path

# As much risk as the picture has room for, in so many times of what is allowed.
_RISK_SHOWN = 5
_LISTED_POINTS = 11
_LISTED_PHRASES = 5
# What the training calls the phrases that no topic answers.
_NO_TOPIC = "unsure"


@dataclass(frozen=True)
class Row:
    """A measure: of this model, of the one in use, and how much worse it may be, in words."""

    name: str
    hint: str
    mine: str
    theirs: str
    allowed: str
    verdict: str
    is_beyond: bool


@dataclass(frozen=True)
class Curve:
    """How many are answered wrong (risk) of all questions when so many are answered (coverage)."""

    mine: str
    theirs: str
    # Where the allowed share of wrong answers lies, from the top.
    allowed_y: float
    allowed: str
    most_risk: str
    # Coverage, risk of this model, and of the one in use at the nearest coverage.
    points: list[tuple[str, str, str]]


@dataclass(frozen=True)
class FailedQuestion:
    """`is_lost`: the model in use understands it."""

    text: str
    expected: str
    address: str
    does: str
    is_lost: bool


@dataclass(frozen=True)
class DangerQuestion:
    text: str
    topic: str
    address: str


@dataclass(frozen=True)
class Danger:
    """Questions about danger that only the one in use recognises (`lost`), and that only this model does (`won`)."""

    lost: list[DangerQuestion]
    won: list[DangerQuestion]


@dataclass(frozen=True)
class ChangedQuestion:
    text: str
    before: str
    now: str
    # Of those two that are about a topic: what it is called, and where its questions are.
    topics: list[tuple[str, str]]
    count: int


@dataclass(frozen=True)
class Changed:
    """`asked`: how many questions both models were asked; `hidden`: of those that differ, what editors may not read."""

    asked: int
    different: int
    hidden: int
    questions: list[ChangedQuestion]


@dataclass(frozen=True)
class ConfusedTopics:
    topic: str
    address: str
    other: str
    other_address: str
    count: int
    phrases: list[tuple[str, str]]


@dataclass(frozen=True)
class ShownExamination:
    """`note`: why there is nothing, or less, to compare with; empty when all is there."""

    rows: list[Row]
    note: str
    curve: Curve | None
    danger: Danger | None
    regression_count: int
    failed: list[FailedQuestion]
    changed: Changed | None
    confusions: list[ConfusedTopics]
    confused_of: int


async def shown(session: AsyncSession, found: Comparison, origin: str, most_wrong: float) -> ShownExamination:
    """`most_wrong`: the share of wrong answers that the model was allowed."""
    examination = found.examination
    titles = dict((await session.execute(select(Topic.id, Topic.title))).all())
    return ShownExamination(
        rows=[_row(each) for each in compare(found.candidate, found.serving)],
        note=_note(found, ModelOrigin(origin)),
        curve=_curve(examination.candidate, found.beside, most_wrong) if examination else None,
        danger=_danger(examination.candidate, found, titles) if examination else None,
        regression_count=examination.candidate.regression.questions if examination else 0,
        failed=await _failed(session, examination, found, titles) if examination else [],
        changed=await _changed(session, examination.candidate, found.beside) if examination and found.beside else None,
        confusions=_confusions(examination, titles),
        confused_of=examination.cross_validation.questions if examination and examination.cross_validation else 0,
    )


def _row(each: Compared) -> Row:
    return Row(
        name=words.NAMES[each.measure],
        hint=words.HINTS[each.measure],
        mine=percent(each.candidate),
        theirs="" if each.serving is None else percent(each.serving),
        allowed="" if each.serving is None else words.allowed(each.measure, each.limit),
        verdict=words.VERDICTS[each.verdict],
        is_beyond=each.verdict is Verdict.BEYOND,
    )


def _note(found: Comparison, origin: ModelOrigin) -> str:
    if found.examination is None:
        return words.CAME_UNEXAMINED if origin is ModelOrigin.START else words.NOT_EXAMINED
    if found.serving is not None and found.beside is None:
        return words.NOT_BESIDE
    return ""


def _curve(mine: Measured, theirs: Measured | None, most_wrong: float) -> Curve | None:
    if not mine.risk_coverage:
        return None
    most_risk = max(most_wrong * _RISK_SHOWN, 0.01)
    scale = Scale(1.0, most_risk)
    beside = theirs.risk_coverage if theirs else []
    return Curve(
        mine=polyline(scale.place(*point) for point in mine.risk_coverage),
        theirs=polyline(scale.place(*point) for point in beside),
        allowed_y=round(scale.up(most_wrong), 1),
        allowed=percent(most_wrong),
        most_risk=percent(most_risk),
        points=[
            (percent(coverage), percent(risk), percent(_nearest(beside, coverage)) if beside else "")
            for coverage, risk in thinned(mine.risk_coverage, _LISTED_POINTS)
        ],
    )


def _nearest(points: list[tuple[float, float]], coverage: float) -> float:
    return min(points, key=lambda point: abs(point[0] - coverage))[1]


def _danger(mine: Measured, found: Comparison, titles: Mapping[str, str]) -> Danger | None:
    """None where the two have not been asked the same."""
    exchange = exchanged_danger(found.candidate, found.serving)
    if exchange is None or found.beside is None:
        return None
    topics = {each.text: each.topic for each in (*mine.urgent.missed, *found.beside.urgent.missed)}

    def told_of(texts: Sequence[str]) -> list[DangerQuestion]:
        return [DangerQuestion(text, _title(topics[text], titles), _address(topics[text])) for text in texts]

    return Danger(told_of(exchange.lost), told_of(exchange.won))


async def _failed(
    session: AsyncSession, examination: Examination, found: Comparison, titles: Mapping[str, str]
) -> list[FailedQuestion]:
    """Those that are lost first. What has been removed since is expected of nobody."""
    failed = {each.id: each for each in examination.candidate.regression.failed}
    kept = await session.scalars(select(RegressionQuestion).where(RegressionQuestion.id.in_(failed)))
    theirs = found.serving.failed if found.serving else None
    listed = [_failed_question(each, failed[each.id], theirs, titles) for each in kept]
    return sorted(listed, key=lambda each: (not each.is_lost, each.text))


def _failed_question(
    question: RegressionQuestion, decided: Decided, theirs: frozenset[str] | None, titles: Mapping[str, str]
) -> FailedQuestion:
    return FailedQuestion(
        text=question.text,
        expected=titles.get(question.expected_topic, question.expected_topic),
        address=topic_path(question.expected_topic),
        does=told(decided.choice, titles.get(decided.topic or "")),
        is_lost=theirs is not None and question.text not in theirs,
    )


async def _changed(session: AsyncSession, mine: Measured, theirs: Measured) -> Changed:
    """Which of residents' latest questions would be met in another way, as far as editors may read them."""
    before = {each.id: each.choice for each in theirs.asked}
    both = [(each.id, before[each.id], each.choice) for each in mine.asked if each.id in before]
    different = [Difference(id_, was, now) for id_, was, now in both if differs(was, now)]
    readable = await list_readable(session, different)
    counts = Counter((each.text, each.before, each.now) for each in readable)
    first = {(each.text, each.before, each.now): each for each in reversed(readable)}
    return Changed(
        asked=len(both),
        different=len(different),
        hidden=len(different) - len(readable),
        questions=[_changed_question(first[key], count) for key, count in counts.items()],
    )


def _changed_question(each: ReadTwice, count: int) -> ChangedQuestion:
    topics = {
        made.topic: title
        for made, title in ((each.before, each.before_title), (each.now, each.now_title))
        if made.topic and title
    }
    return ChangedQuestion(
        text=each.text,
        before=told(each.before, each.before_title),
        now=told(each.now, each.now_title),
        topics=[(title, topic_path(topic)) for topic, title in topics.items()],
        count=count,
    )


def _confusions(examination: Examination | None, titles: Mapping[str, str]) -> list[ConfusedTopics]:
    validation = examination.cross_validation if examination else None
    return [_confused(each, titles) for each in validation.confusions] if validation else []


def _confused(each: Confusion, titles: Mapping[str, str]) -> ConfusedTopics:
    return ConfusedTopics(
        topic=_title(each.topic, titles),
        address=_address(each.topic),
        other=_title(each.taken_for, titles),
        other_address=_address(each.taken_for),
        count=each.count,
        phrases=[(phrase.text, phrase.nearest) for phrase in each.phrases[:_LISTED_PHRASES]],
    )


def _title(topic: str, titles: Mapping[str, str]) -> str:
    """The catalogue may have lost it since."""
    return words.OUTSIDE if topic == _NO_TOPIC else titles.get(topic, topic)


def _address(topic: str) -> str:
    return topic_path(OUTSIDE if topic == _NO_TOPIC else topic)
