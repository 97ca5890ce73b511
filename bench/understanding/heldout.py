"""Questions that were written without seeing any others, put to the real trained bot, plain and disturbed.

Nothing may ever be chosen by these figures: the file says what the bot does with what nobody prepared it for.
"""

from __future__ import annotations

import csv
import dataclasses
import json
import statistics
import tempfile
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from bench import results
from bench.understanding import curves, own
from bench.understanding.child import run_module
from bench.understanding.curves import RiskCoverage
from bench.understanding.disturbances import in_a_story, in_capitals, typos, without_dots_and_rings
from bench.understanding.measures import Outcome, most_frequent_confusions
from bench.understanding.overlap import project_texts, unlike_any
from bench.understanding.training import TrainedModel, train_as_the_stack_does
from bot.classification.abstention import UNANSWERED, Promise, promise
from bot.classification.catalogue import CHAT, GENERAL, Catalogue
from bot.classification.topic_model import CHOICES_OFFERED, SURE, TopicModel
from learning.measuring.archive import read_topic_model
from learning.measuring.certainty import would_answer

QUESTIONS = results.ROOT / "bench" / "questions" / "heldout.tsv"
NO_TOPIC = "-"
OWN_WORDS = frozenset({"answer", "guide", "refer"})
SMALL_TALK, CLARIFY, PERSON, ALARM = "chat", "clarify", "handover", "urgent"
NAME, PROMISED, LIMIT = "held-out questions", "promised by the calibration questions", "the limit"
DATA_SET = CONFUSIONS = "heldout"
PLAIN = ""
SEED = 0
DISTURBED: dict[str, Callable[[str], str]] = {
    "typos": lambda text: typos(text, SEED),
    "no_dots": without_dots_and_rings,
    "capitals": in_capitals,
    "story": lambda text: in_a_story(text, SEED),
}
FOR_LIMIT = np.linspace(0.05, 1.0, 96)


@dataclasses.dataclass(frozen=True)
class Row:
    """`expected`: answer, chat, handover, urgent, personal, other or calm (looks urgent, is not)."""

    expected: str
    topic: str
    question: str


@dataclasses.dataclass(frozen=True)
class Decided:
    """What the bot did; `candidates`: the topics it thought of, best first."""

    kind: str
    topic: str | None
    candidates: tuple[str, ...]


@dataclasses.dataclass(frozen=True)
class Turn:
    row: Row
    decided: Decided

    @property
    def is_in_own_words(self) -> bool:
        return self.decided.kind in OWN_WORDS

    @property
    def is_right(self) -> bool:
        return self.is_in_own_words and self.decided.topic == self.row.topic

    @property
    def is_wrong(self) -> bool:
        """Something was stated that does not answer the question. Small talk instead of an answer is that, too."""
        if self.decided.kind == SMALL_TALK:
            return self.row.expected == "answer"
        if not self.is_in_own_words:
            return False
        if self.row.expected == "personal":
            # Telling which authority to turn to holds for one's own case as well.
            return self.decided.kind != "refer"
        return self.row.expected in {"other", "handover", "urgent"} or self.decided.topic != self.row.topic

    @property
    def ending(self) -> str:
        if self.is_wrong:
            return "wrong"
        if self.is_in_own_words:
            return "answered"
        return {PERSON: "person"}.get(self.decided.kind, self.decided.kind)


def measure() -> dict[str, float]:
    rows = read_rows(QUESTIONS)
    texts = {PLAIN: [row.question for row in rows]}
    texts |= {name: [disturb(row.question) for row in rows] for name, disturb in DISTURBED.items()}
    with tempfile.TemporaryDirectory(prefix="bench-heldout-") as name, train_as_the_stack_does(Path(name)) as trained:
        folder = Path(name)
        print(f"Asking {sum(map(len, texts.values()))} questions", flush=True)
        answered = ask(trained, folder, texts)
        model = read_topic_model(trained.archive, folder / "topic-model")
    turns = {name: turns_of(rows, decisions) for name, decisions in answered["decisions"].items()}
    curves.save_confusions(CONFUSIONS, most_frequent_confusions(first_guesses(turns[PLAIN], model.catalogue)))
    cuts = statistics.quantiles(answered["message_ms"], n=100)
    figures = figures_of(turns[PLAIN]) | counts_of(turns[PLAIN]) | compared_with_promise(rows, model)
    unseen = unlike_any([row.question for row in rows], project_texts())
    figures |= figures_of_unseen([turn for turn, is_unseen in zip(turns[PLAIN], unseen, strict=True) if is_unseen])
    for name in DISTURBED:
        figures |= {f"{figure}_{name}": value for figure, value in robust_figures_of(turns[name]).items()}
    return figures | {
        "train_seconds": round(trained.seconds, 1),
        "pipeline_p50_ms": round(cuts[49], 2),
        "pipeline_p95_ms": round(cuts[94], 2),
        "pipeline_rss_mb": round(answered["rss_mb"]),
    }


def read_rows(path: Path) -> list[Row]:
    with path.open(encoding="utf-8", newline="") as file:
        return [Row(**row) for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)]


# Any: JSON.
def ask(trained: TrainedModel, folder: Path, texts: dict[str, list[str]]) -> dict[str, Any]:
    asked, answered = folder / "asked.json", folder / "answered.json"
    asked.write_text(json.dumps(texts, ensure_ascii=False), encoding="utf-8")
    # The configuration names its files from the project's folder.
    run_module(
        "bench.understanding.heldout_process", str(trained.archive), str(asked), str(answered), folder=results.ROOT
    )
    found: dict[str, Any] = json.loads(answered.read_text(encoding="utf-8"))
    return found


def turns_of(rows: Sequence[Row], decisions: list[dict[str, Any]]) -> list[Turn]:
    return [
        Turn(row, Decided(each["decision"], each["topic"], tuple(one["topic"] for one in each["candidates"])))
        for row, each in zip(rows, decisions, strict=True)
    ]


def robust_figures_of(turns: Sequence[Turn]) -> dict[str, float]:
    """Those that are measured on disturbed questions too."""
    return {
        "heldout_right": share(turn.is_right for turn in turns if turn.row.expected == "answer"),
        "heldout_wrong": share(turn.is_wrong for turn in turns),
        "urgent_recall": share(turn.decided.kind == ALARM for turn in turns if turn.row.expected == "urgent"),
    }


def figures_of_unseen(turns: Sequence[Turn]) -> dict[str, float]:
    """Without the questions that stand, word for word or nearly, among the texts that the bot is made from."""
    figures = {f"{figure}_unseen": value for figure, value in robust_figures_of(turns).items()}
    return {**figures, "heldout_count_unseen": len(turns)}


def figures_of(turns: Sequence[Turn]) -> dict[str, float]:
    by_kind: dict[str, list[Turn]] = {}
    for turn in turns:
        by_kind.setdefault(turn.row.expected, []).append(turn)
    asked_back = [turn for turn in by_kind["answer"] if turn.decided.kind == CLARIFY]
    calm = by_kind["calm"]
    others = [turn for turn in turns if turn.row.expected not in {"urgent", "calm"}]
    return {
        **robust_figures_of(turns),
        "heldout_clarify": share(turn.decided.kind == CLARIFY for turn in turns),
        "heldout_clarify_with_right_topic": share(
            turn.row.topic in turn.decided.candidates[:CHOICES_OFFERED] for turn in asked_back
        ),
        "heldout_person": share(turn.decided.kind == PERSON for turn in turns),
        "heldout_first_guess_right": share(
            turn.decided.candidates[:1] == (turn.row.topic,) for turn in by_kind["answer"]
        ),
        "urgent_right_topic": share(
            turn.decided.kind == ALARM and turn.decided.topic == turn.row.topic for turn in by_kind["urgent"]
        ),
        "urgent_false_alarm": share(turn.decided.kind == ALARM for turn in others),
        "urgent_false_alarm_look_alikes": share(turn.decided.kind == ALARM for turn in calm),
    }


def counts_of(turns: Sequence[Turn]) -> dict[str, float]:
    """How many of each kind there are, and how they ended; what did not occur is not listed."""
    kinds = Counter(turn.row.expected for turn in turns)
    endings = Counter((turn.row.expected, turn.ending) for turn in turns)
    return {
        "heldout_count": len(turns),
        **{f"heldout_count_{expected}": count for expected, count in sorted(kinds.items())},
        **{f"heldout_count_{expected}_{ending}": count for (expected, ending), count in sorted(endings.items())},
    }


def first_guesses(turns: Sequence[Turn], catalogue: Catalogue) -> list[Outcome]:
    """By area: of two topics hardly any question is mistaken twice."""

    def shown(topic: str, other: str) -> str:
        area = catalogue[topic].area or NO_TOPIC
        return f"{area} (another topic)" if area == (catalogue[other].area or NO_TOPIC) else area

    return [
        Outcome(turn.row.topic, guess, 0.0)
        if guess == turn.row.topic
        else Outcome(shown(turn.row.topic, ""), shown(guess, turn.row.topic), 0.0)
        for turn in turns
        if turn.row.topic != NO_TOPIC and turn.row.expected != "personal"
        for guess in [turn.decided.candidates[0] if turn.decided.candidates else NO_TOPIC]
    ]


def compared_with_promise(rows: Sequence[Row], model: TopicModel) -> dict[str, float]:
    """The same shares that the model promised from its calibration questions, and both curves.

    Weighed alike: each kind comes as often as config.yml says, and each topic as often as any other. Look-alikes of
    danger are not among what residents typically write.
    """
    tokens = own.swedish_tokens()
    typical = [row for row in rows if row.expected != "calm"]
    judged = [would_be_answered(model, tokens, row) for row in typical]
    certainty, is_right, is_answered = (np.array(column) for column in zip(*judged, strict=True))
    weights = weights_of(typical, model)
    threshold, limit = model.thresholds.answer, model.limits.max_wrong_share
    save_curves(model.promise, promise(certainty, is_right, weights, threshold, limit))
    return {
        "promised_right": model.promise.right,
        "promised_wrong": model.promise.wrong,
        "heldout_right_weighed_alike": round(float(weights[is_answered & is_right].sum()), 4),
        "heldout_wrong_weighed_alike": round(float(weights[is_answered & ~is_right].sum()), 4),
    }


def would_be_answered(model: TopicModel, tokens: own.Tokens, row: Row) -> tuple[float, bool, bool]:
    """How sure it is where only its threshold keeps it from answering, whether that is right, and whether it does."""
    words = tokens(row.question)
    answer = would_answer(model, words)
    if answer is None:
        return UNANSWERED, False, False
    is_right = answer.topic == row.topic and not (row.expected == "personal" and answer.kind in GENERAL)
    is_right |= row.expected == "other" and answer.kind == CHAT
    return answer.certainty, is_right, model.read(words).certainty == SURE


def weights_of(rows: Sequence[Row], model: TopicModel) -> np.ndarray:
    limits = model.limits
    shares = {"other": limits.out_of_scope_share, "personal": limits.personal_share}
    in_scope = 1.0 - sum(shares.values())
    kinds = Counter(row.expected for row in rows)
    topics = Counter(row.topic for row in rows if row.expected not in shares)
    return np.array(
        [
            shares[row.expected] / kinds[row.expected]
            if row.expected in shares
            else in_scope / len(topics) / topics[row.topic]
            for row in rows
        ]
    )


def save_curves(promised: Promise, found: Promise) -> None:
    curves.save_risk_coverage(DATA_SET, PROMISED, as_risk_coverage(promised))
    curves.save_risk_coverage(DATA_SET, NAME, as_risk_coverage(found))
    limit = RiskCoverage(
        coverage=[round(float(answered), 4) for answered in FOR_LIMIT],
        risk=[round(min(promised.max_wrong_share / answered, 1.0), 4) for answered in FOR_LIMIT],
    )
    curves.save_risk_coverage(DATA_SET, f"{LIMIT}: {promised.max_wrong_share:.0%} of all wrong", limit)


def as_risk_coverage(promised: Promise) -> RiskCoverage:
    answered = [point for point in promised.curve if point.right + point.wrong > 0]
    return RiskCoverage(
        coverage=[round(point.right + point.wrong, 4) for point in answered],
        risk=[round(point.wrong / (point.right + point.wrong), 4) for point in answered],
    )


def share(holds: Any) -> float:
    """Of any booleans; 0 where there are none."""
    values = list(holds)
    return round(sum(values) / len(values), 4) if values else 0.0
