"""What the gate compares: what is known of a new model and of the one in use, on the same questions where it can be."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from handover_api.bot_models import examinations
from handover_api.bot_models.examination import CrossValidation, Examination, Measured
from handover_api.models import BotModel, RegressionQuestion, Topic
from handover_api.rules.bot_model import ModelOrigin
from handover_api.rules.gate import Measure, Measures


@dataclass(frozen=True)
class Comparison:
    """A model beside the one in use. `examination`: the model's own; None when it has none.

    `beside`: the one in use, on the very questions of that examination; None when it was not asked them.
    """

    examination: Examination | None
    beside: Measured | None
    candidate: Measures
    serving: Measures | None


@dataclass(frozen=True)
class _Known:
    """What has been found out of a model beyond what its training says."""

    validation: CrossValidation | None = None
    measured: Measured | None = None


async def compare(session: AsyncSession, model: BotModel, serving: BotModel | None) -> Comparison:
    """`serving` is None when there is no other model in use."""
    kept = await examinations.find(session, model.id)
    found = Examination.model_validate(kept.found) if kept else None
    is_beside = kept is not None and serving is not None and kept.compared_with == serving.id
    beside = found.serving if found and is_beside else None
    own = _Known(found.cross_validation, found.candidate) if found else _Known()
    theirs = await _find_known(session, serving, beside) if serving else _Known()
    danger = found.candidate.urgent.version if found else None
    best = await examinations.find_best_danger(session, danger, model.id) if danger else None
    retired = await _read_retired(session)
    expected = await _read_regression(session)
    return Comparison(
        examination=found,
        beside=beside,
        candidate=_measures(model, own, retired, expected, are_same_questions=beside is not None),
        serving=replace(
            _measures(serving, theirs, retired, expected, are_same_questions=beside is not None), best_danger=best
        )
        if serving
        else None,
    )


async def _find_known(session: AsyncSession, serving: BotModel, beside: Measured | None) -> _Known:
    """Of the same questions; or else of those that it was asked when it was new itself."""
    kept = await examinations.find(session, serving.id)
    if kept is None:
        return _Known(measured=beside)
    found = Examination.model_validate(kept.found)
    return _Known(found.cross_validation, beside or found.candidate)


async def _read_retired(session: AsyncSession) -> set[str]:
    """Those that have been retired: a model that has lost one is no worse for it."""
    return set(await session.scalars(select(Topic.id).where(Topic.retired_at.is_not(None))))


async def _read_regression(session: AsyncSession) -> dict[UUID, str]:
    rows = await session.execute(
        select(RegressionQuestion.id, RegressionQuestion.text)
        .join(Topic, Topic.id == RegressionQuestion.expected_topic)
        .where(Topic.retired_at.is_(None))
    )
    return dict(rows.all())


def _measures(
    model: BotModel, known: _Known, retired: set[str], expected: Mapping[UUID, str], *, are_same_questions: bool
) -> Measures:
    stored, measured = model.measures, known.measured
    counted = list(_counted(known))
    if measured is None or not are_same_questions:
        # Of two sets of questions, those of the trainings are most alike.
        counted = [each for each in counted if each[0] not in {Measure.RIGHT, Measure.WRONG}]
        counted += [(Measure.RIGHT, stored["right"], 0), (Measure.WRONG, stored["wrong"], 0)]
    failed = missed = None
    if measured is not None:
        failed = frozenset(expected[each.id] for each in measured.regression.failed if each.id in expected)
        missed = frozenset(each.text for each in measured.urgent.missed) if are_same_questions else None
    return Measures(
        shares={measure: share for measure, share, _ in counted},
        of={measure: questions for measure, _, questions in counted},
        topics=frozenset(stored["topics"]) - retired,
        promised_wrong=stored["wrong"],
        most_wrong=stored["most_wrong"],
        failed=failed,
        missed_danger=missed,
        lacks_examination=measured is None and model.origin == ModelOrigin.STUDIO,
    )


def _counted(known: _Known) -> Iterator[tuple[Measure, float, int]]:
    """Each share and of how many questions it is; a share of none says nothing."""
    validation, measured = known.validation, known.measured
    if validation and validation.questions:
        yield Measure.RECOGNISED, validation.right, validation.questions
    if measured is None:
        return
    if measured.questions:
        yield Measure.RIGHT, measured.answered_right, measured.questions
        yield Measure.WRONG, measured.answered_wrong, measured.questions
        yield Measure.COVERAGE, measured.coverage_at_risk, measured.questions
    if measured.urgent.others:
        yield Measure.FALSE_ALARMS, measured.urgent.false_alarms, measured.urgent.others
    if measured.out_of_scope.questions:
        yield Measure.OUT_OF_SCOPE, measured.out_of_scope.answered, measured.out_of_scope.questions
    if measured.urgent.questions:
        yield Measure.URGENT, measured.urgent.recall, measured.urgent.questions
