"""What the benchmarks of understanding count, and that one part's failure leaves the others alone."""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench import results
from bench.understanding import __main__ as command
from bench.understanding import charts, clinc, heldout
from bench.understanding.clinc import LEAST_ACCURACY_ON_VALIDATION, SIGNS_OF_DOUBT, choose_threshold
from bench.understanding.comparison import right_within
from bench.understanding.curves import Confusion, RiskCoverage, save_confusions, save_risk_coverage
from bench.understanding.heldout import NO_TOPIC, Decided, Row, Turn
from bench.understanding.overlap import unlike_any


def turn(expected: str, topic: str, kind: str, decided: str | None) -> Turn:
    return Turn(Row(expected, topic, "?"), Decided(kind, decided, (decided,) if decided else ()))


@pytest.mark.parametrize(
    ("expected", "topic", "kind", "decided", "ending"),
    [
        ("answer", "radon", "answer", "radon", "answered"),
        ("answer", "radon", "answer", "badhus", "wrong"),
        ("answer", "radon", "chat", "tack", "wrong"),
        ("answer", "radon", "clarify", "badhus", "clarify"),
        ("answer", "radon", "urgent", "vattenlacka", "urgent"),
        ("chat", "tack", "chat", "ja", "chat"),
        ("chat", "tack", "answer", "radon", "wrong"),
        ("handover", "faktura-betald", "answer", "faktura-fraga", "wrong"),
        ("handover", "faktura-betald", "handover", "faktura-betald", "person"),
        ("urgent", "vattenlacka", "refer", "elavbrott", "wrong"),
        ("personal", "radon", "answer", "radon", "wrong"),
        ("personal", "pass-id", "refer", "pass-id", "answered"),
        ("other", NO_TOPIC, "refer", "pass-id", "wrong"),
        ("other", NO_TOPIC, "chat", "smaprat", "chat"),
        ("calm", "badhus", "answer", "badhus", "answered"),
        ("calm", NO_TOPIC, "answer", "badhus", "wrong"),
        ("calm", NO_TOPIC, "handover", None, "person"),
    ],
)
def test_how_a_held_out_question_ends(expected: str, topic: str, kind: str, decided: str | None, ending: str) -> None:
    assert turn(expected, topic, kind, decided).ending == ending


def test_shares_are_counted_of_the_right_questions() -> None:
    turns = [
        turn("answer", "radon", "answer", "radon"),
        turn("answer", "badhus", "clarify", "badhus"),
        turn("other", NO_TOPIC, "answer", "radon"),
        turn("urgent", "vattenlacka", "urgent", "avloppsstopp"),
        turn("calm", NO_TOPIC, "urgent", "vattenlacka"),
        turn("personal", "radon", "handover", None),
        turn("chat", "tack", "urgent", "vattenlacka"),
        turn("handover", "hyra", "handover", "hyra"),
    ]
    figures = heldout.figures_of(turns)
    assert figures["heldout_right"] == 0.5
    assert figures["heldout_wrong"] == 0.125
    assert figures["urgent_recall"] == 1.0
    assert figures["urgent_right_topic"] == 0.0
    assert figures["urgent_false_alarm"] == round(1 / 6, 4)
    assert figures["urgent_false_alarm_look_alikes"] == 1.0
    assert figures["heldout_clarify_with_right_topic"] == 1.0


def test_the_held_out_file_holds_only_known_kinds() -> None:
    kinds = {row.expected for row in heldout.read_rows(heldout.QUESTIONS)}
    assert kinds == {"answer", "chat", "handover", "urgent", "personal", "other", "calm"}


@given(st.integers(0, 10_000))
def test_the_threshold_leaves_enough_right_answers_and_could_not_be_higher(seed: int) -> None:
    known, unknown = np.random.default_rng(seed).normal(size=(2, 40, 4))
    truth = known.argmax(axis=1)
    truth[0] = (truth[0] + 1) % 4
    threshold = choose_threshold(known, truth, unknown)
    confidence = SIGNS_OF_DOUBT[threshold.sign](known)
    is_right = known.argmax(axis=1) == truth
    assert np.mean(is_right & (confidence >= threshold.least)) >= LEAST_ACCURACY_ON_VALIDATION
    assert np.mean(is_right & (confidence > threshold.least)) < LEAST_ACCURACY_ON_VALIDATION


def test_texts_below_the_threshold_are_left_alone() -> None:
    outcomes = [
        clinc.Outcome("a", "a", 2.0),
        clinc.Outcome("a", "a", 0.5),
        clinc.Outcome("a", "b", 2.0),
        clinc.Outcome("b", "b", 1.0),
        clinc.Outcome(None, "a", 0.9),
        clinc.Outcome(None, "a", 1.0),
    ]
    assert clinc.at_threshold(outcomes, 1.0) == {"clinc_in_scope_accuracy_at_threshold": 0.5, "clinc_oos_recall": 0.5}


@pytest.mark.parametrize(("limit", "right"), [(0.0, 0.25), (0.25, 0.5), (1.0, 0.5)])
def test_right_answers_count_until_too_many_are_wrong(limit: float, right: float) -> None:
    certainty = np.array([0.9, 0.8, 0.7, 0.95])
    is_right = np.array([True, False, True, True])
    answerable = np.array([True, True, True, False])
    assert right_within(certainty, is_right, answerable, np.full(4, 0.25), limit) == right


def test_a_question_that_stands_among_the_texts_is_known_whatever_its_capitals_and_commas() -> None:
    texts = ["när öppnar badhuset", "hur mäter man radon hemma"]
    asked = ["När (öppnar) ... Badhuset?!", "hur mäter man radon hemma själv", "var betalar man räkningen"]
    assert unlike_any(asked, texts) == [False, False, True]


def test_the_same_curves_give_the_same_pictures(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(results, "FOLDER", tmp_path)
    save_risk_coverage("clinc150", "a", RiskCoverage([0.5, 1.0], [0.0, 0.1]))
    save_risk_coverage("heldout", "b", RiskCoverage([0.5, 1.0], [0.0, 0.1]))
    save_confusions("phrases", [Confusion("radon", "badhus", 2)])
    first, second = ([path.read_bytes() for path in charts.draw_all(tmp_path / name)] for name in ("1", "2"))
    assert len(first) == 2
    assert first == second


def test_a_part_that_fails_says_so_and_raises_nothing(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("BENCHMARK_DATA", raising=False)
    options = argparse.Namespace(epochs=1)
    assert not command.is_measured("clinc", 1, 2, options)
    assert not command.is_measured("no_such_part", 2, 2, options)
    told = capsys.readouterr()
    assert "docs/benchmarks.md" in told.out
    assert "no_such_part" in told.err
