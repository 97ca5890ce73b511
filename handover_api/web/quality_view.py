"""The picture of how good the bot's models have been, one after the other."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from handover_api.models import BotModel
from handover_api.rules.gate import percent
from handover_api.web.pictures import HEIGHT, Dot, Scale, polyline

_LEAST_MODELS = 2
# As much as the picture of wrong answers has room for, in so many times of what is allowed.
_WRONG_SHOWN = 2


@dataclass(frozen=True)
class Line:
    """`most`: what the top of the picture is. `limit_y`: where what is allowed lies, if anything is."""

    points: str
    dots: list[tuple[Dot, bool]]
    most: str
    limit_y: float | None = None


@dataclass(frozen=True)
class Listed:
    version: str
    stored_at: datetime
    right: str
    wrong: str
    has_been_used: bool


@dataclass(frozen=True)
class Quality:
    """The oldest model first. `allowed`: how many wrong answers the latest one may give."""

    right: Line
    wrong: Line
    allowed: str
    listed: list[Listed]


def shown(models: Sequence[BotModel]) -> Quality | None:
    """None while there is nothing to compare."""
    in_order = sorted(models, key=lambda model: (model.stored_at, model.id))
    if len(in_order) < _LEAST_MODELS:
        return None
    allowed: float = in_order[-1].measures["most_wrong"]
    most_wrong = max(allowed * _WRONG_SHOWN, 0.01)
    return Quality(
        right=_line(in_order, lambda model: model.measures["right"], 1.0),
        wrong=_line(in_order, lambda model: model.measures["wrong"], most_wrong, allowed),
        allowed=percent(allowed),
        listed=[
            Listed(
                model.content_version,
                model.stored_at,
                percent(model.measures["right"]),
                percent(model.measures["wrong"]),
                has_been_used=model.used_at is not None,
            )
            for model in in_order
        ],
    )


def _line(
    models: Sequence[BotModel], share: Callable[[BotModel], float], most: float, limit: float | None = None
) -> Line:
    scale = Scale(len(models) - 1, most)
    dots = [scale.place(place, share(model)) for place, model in enumerate(models)]
    used = [model.used_at is not None for model in models]
    return Line(
        points=polyline(dots),
        dots=list(zip(dots, used, strict=True)),
        most=percent(most),
        limit_y=None if limit is None else round(min(scale.up(limit), HEIGHT), 1),
    )
