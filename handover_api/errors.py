"""The errors that a caller may meet: each has a status, a stable code and a sentence in Swedish for the person."""

from typing import Any, ClassVar


class HandoverError(Exception):
    status: ClassVar[int] = 500
    code: str = "internal"
    detail: str = "Något gick fel hos oss. Försök igen om en stund."

    def __init__(self, code: str | None = None, detail: str | None = None, **extra: Any) -> None:
        # `extra` is whatever JSON the code promises, such as the current state of a conversation.
        self.code = code or self.code
        self.detail = detail or self.detail
        self.extra = extra
        super().__init__(self.code)


class NotSignedInError(HandoverError):
    status = 401
    code = "not_signed_in"
    detail = "Du behöver logga in."


class NotFoundError(HandoverError):
    """Also for what exists but the caller may not see."""

    status = 404
    code = "not_found"
    detail = "Det du söker finns inte, eller så har du inte tillgång till det."


class ForbiddenOriginError(HandoverError):
    status = 403
    code = "foreign_origin"
    detail = "Anropet kom från en annan webbplats och har stoppats."


class ConflictError(HandoverError):
    """Somebody was faster, or the state does not allow it."""

    status = 409
    code = "conflict"
    detail = "Det gick inte, eftersom läget har ändrats."


class GoneError(HandoverError):
    status = 410
    code = "gone"
    detail = "Det du söker finns inte längre."


class InvalidError(HandoverError):
    status = 422
    code = "invalid"
    detail = "Uppgifterna går inte att använda."


class TooManyAttemptsError(HandoverError):
    status = 429
    code = "too_many_attempts"
    detail = "Det har varit för många försök. Vänta några minuter och försök igen."


class BotUnavailableError(HandoverError):
    """The bot did not answer, or answered with something that the contract does not allow."""

    status = 503
    code = "bot_unavailable"
    detail = "Chattboten svarar inte just nu."
