"""What editors read about models and trainings instead of codes."""

from datetime import timedelta

from handover_api.bot_models.repository import ListedEvent
from handover_api.rules.bot_model import ModelDeed, ModelOrigin, ModelState
from handover_api.rules.gate import percent
from handover_api.rules.training import Progress, TrainingState

__all__ = ["STATES", "deed", "left", "origin", "outcome", "percent"]

STATES = {
    ModelState.CANDIDATE: "Ny",
    ModelState.SERVING: "Används",
    ModelState.RETIRED: "Har använts",
    ModelState.REFUSED: "Stoppad",
}
_ORIGINS = {ModelOrigin.START: "Följde med programmet", ModelOrigin.STUDIO: "Tränad här"}
_DEEDS = {
    ModelDeed.STORED: "lades till",
    ModelDeed.PROMOTED: "togs i bruk",
    ModelDeed.ROLLED_BACK: "togs i bruk igen",
    ModelDeed.REFUSED: "stoppades",
    ModelDeed.NOT_LOADED: "gick inte att läsa in",
}
_OUTCOMES = {
    TrainingState.QUEUED: "Väntar på att börja",
    TrainingState.RUNNING: "Pågår",
    TrainingState.CANCELLING: "Avbryts",
    TrainingState.CANCELLED: "Avbruten",
    TrainingState.FAILED: "Misslyckades",
    TrainingState.DONE: "Klar",
}
_MINUTE = timedelta(minutes=1)


def origin(value: str) -> str:
    return _ORIGINS[ModelOrigin(value)]


def deed(listed: ListedEvent) -> str:
    """What happened to a model, as a sentence without its time."""
    by = f" av {listed.by}" if listed.by else ""
    return f"Modell {listed.content_version} {_DEEDS[ModelDeed(listed.event.deed)]}{by}"


def outcome(state: str) -> str:
    return _OUTCOMES[TrainingState(state)]


def left(progress: Progress) -> str:
    """How long a training goes on, as far as that is known."""
    if progress.left is None:
        return "Det tar längre tid än vanligt."
    if progress.left < _MINUTE:
        return "Mindre än en minut kvar."
    minutes = round(progress.left / _MINUTE)
    return "Ungefär en minut kvar." if minutes == 1 else f"Ungefär {minutes} minuter kvar."
