"""All tables. Importing this package makes `Base.metadata` complete."""

from handover_api.models.audit import AuditEntry, Heartbeat
from handover_api.models.base import Base
from handover_api.models.case import Case, CaseNumber, ContactDetails, Handover, Offer, QueueWait
from handover_api.models.content import Article, ArticleVersion, LocalFact, Topic
from handover_api.models.conversation import (
    AnswerFeedback,
    Conversation,
    ConversationEvent,
    ConversationKey,
    Message,
    Survey,
    TranscriptRequest,
)
from handover_api.models.organisation import AnswerGroup, Department, DueTime, OpeningException, OpeningHours
from handover_api.models.outgoing import Outgoing, ReceivedWebhook, WebhookSubscription
from handover_api.models.staff import Deed, FailedSignIn, Presence, Staff, StaffSession

__all__ = [
    "AnswerFeedback",
    "AnswerGroup",
    "Article",
    "ArticleVersion",
    "AuditEntry",
    "Base",
    "Case",
    "CaseNumber",
    "ContactDetails",
    "Conversation",
    "ConversationEvent",
    "ConversationKey",
    "Deed",
    "Department",
    "DueTime",
    "FailedSignIn",
    "Handover",
    "Heartbeat",
    "LocalFact",
    "Message",
    "Offer",
    "OpeningException",
    "OpeningHours",
    "Outgoing",
    "Presence",
    "QueueWait",
    "ReceivedWebhook",
    "Staff",
    "StaffSession",
    "Survey",
    "Topic",
    "TranscriptRequest",
    "WebhookSubscription",
]
