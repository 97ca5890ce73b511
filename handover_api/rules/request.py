"""What an agent may ask the resident for by a form in the chat."""

from enum import StrEnum

# The kinds of message: the agent's question, and the resident's answer to it.
REQUEST = "request"
ANSWER = "request_answer"


class RequestKind(StrEnum):
    DETAILS = "details"
    CONSENT = "consent"


class Detail(StrEnum):
    EMAIL = "email"
    TELEPHONE = "telephone"
    NAME = "name"


class Answer(StrEnum):
    """`no`: the resident would rather not, which is always possible."""

    YES = "yes"
    NO = "no"
