"""What goes wrong when something is sent to the world outside. The codes are stored and logged; they quote nothing."""


class DeliveryError(Exception):
    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


class TryAgainError(DeliveryError):
    """It may go better later."""


class RefusedError(DeliveryError):
    """It will not go better: the receiver says no, or there is no way there."""
