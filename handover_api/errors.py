"""The errors that a caller may meet: each has a status, a stable code and a sentence for the person."""

from typing import Any, ClassVar

from handover_api.texts import _, to_translate


class HandoverError(Exception):
    status: ClassVar[int] = 500
    code: str = "internal"
    detail: str = to_translate("Något gick fel hos oss. Försök igen om en stund.")

    def __init__(self, code: str | None = None, detail: str | None = None, **extra: Any) -> None:
        # `extra` is whatever JSON the code promises, such as the current state of a conversation.
        self.code = code or self.code
        self.detail = _(detail or self.detail)
        self.extra = extra
        super().__init__(self.code)


class NotSignedInError(HandoverError):
    status = 401
    code = "not_signed_in"
    detail = to_translate("Du behöver logga in.")


class NotFoundError(HandoverError):
    """Also for what exists but the caller may not see."""

    status = 404
    code = "not_found"
    detail = to_translate("Det du söker finns inte, eller så har du inte tillgång till det.")


class ForbiddenOriginError(HandoverError):
    status = 403
    code = "foreign_origin"
    detail = to_translate("Anropet kom från en annan webbplats och har stoppats.")


class ReasonNeededError(HandoverError):
    """The caller may know that the case exists, but reads it only after having said why."""

    status = 403
    code = "reason_needed"
    detail = "Ärendet är inte ditt. Ange varför du behöver öppna det."

    def __init__(self, case: str) -> None:
        super().__init__(case=case)
        self.case = case


class ConflictError(HandoverError):
    """Somebody was faster, or the state does not allow it."""

    status = 409
    code = "conflict"
    detail = to_translate("Det gick inte, eftersom läget har ändrats.")


class GoneError(HandoverError):
    status = 410
    code = "gone"
    detail = to_translate("Det du söker finns inte längre.")


class InvalidError(HandoverError):
    status = 422
    code = "invalid"
    detail = to_translate("Uppgifterna går inte att använda.")


class TooManyAttemptsError(HandoverError):
    status = 429
    code = "too_many_attempts"
    detail = to_translate("Det har varit för många försök. Vänta några minuter och försök igen.")


class BotUnavailableError(HandoverError):
    """The bot did not answer, or answered with something that the contract does not allow."""

    status = 503
    code = "bot_unavailable"
    detail = to_translate("Chattboten svarar inte just nu.")
