"""The life of a trained model: it waits as a candidate, is in use, and can be brought back when it has been."""

from enum import StrEnum


class ModelState(StrEnum):
    # Trained, and never in use.
    CANDIDATE = "candidate"
    # The one that the bot answers with; there is one at a time.
    SERVING = "serving"
    # Has been in use.
    RETIRED = "retired"
    # Measured too bad, or the bot could not load it.
    REFUSED = "refused"


class ModelOrigin(StrEnum):
    # Came with the program: trained before the bot started, from the files.
    START = "start"
    # Trained from the studio.
    STUDIO = "studio"


class ModelDeed(StrEnum):
    """What can happen to a model, as the history tells it."""

    STORED = "stored"
    PROMOTED = "promoted"
    ROLLED_BACK = "rolled_back"
    REFUSED = "refused"
    NOT_LOADED = "not_loaded"


# What a person may put in use, and as what that is told. A refused one needs a lead's reason (rules.gate).
PROMOTABLE = frozenset({ModelState.CANDIDATE, ModelState.REFUSED})


def deed_of_use(state: ModelState) -> ModelDeed:
    """What it is called to put a model of this state in use."""
    return ModelDeed.PROMOTED if state in PROMOTABLE else ModelDeed.ROLLED_BACK


def starting_model_is_used(serving: ModelOrigin | None, *, is_chosen_by_person: bool) -> bool:
    """Whether the model that the bot has started with becomes the one in use.

    With nothing in use it does. A newer one that comes with the program follows the one before it; what a person has
    chosen stays.
    """
    return serving is None or (serving == ModelOrigin.START and not is_chosen_by_person)
