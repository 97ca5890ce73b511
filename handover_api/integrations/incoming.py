"""What the bot and the action server send us."""

from pydantic import BaseModel, model_validator

from handover_api.rules.storable import refuse_unstorable


class Incoming(BaseModel):
    """A message that breaks the contract when anything in it, however deep, cannot be stored."""

    @model_validator(mode="before")
    @classmethod
    def can_be_stored(cls, value: object) -> object:
        return refuse_unstorable(value)
