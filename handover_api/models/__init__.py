"""All tables. Importing this package makes `Base.metadata` complete."""

from handover_api.models.audit import AuditEntry, Heartbeat
from handover_api.models.base import Base
from handover_api.models.bot_model import BotFollower, BotModel, BotModelEvent, TrainingRun
from handover_api.models.case import (
    Case,
    CaseNumber,
    CaseOpening,
    ContactDetails,
    Handover,
    LeftDetails,
    Offer,
    QueueWait,
)
from handover_api.models.checklist import ChecklistTick
from handover_api.models.content import Article, ArticleVersion, Lesson, LocalFact, LocalFactChange, ReadyAnswer, Topic
from handover_api.models.content_import import ContentImport, ContentImportFile, ContentImportItem
from handover_api.models.conversation import (
    AnswerFeedback,
    Conversation,
    ConversationEvent,
    ConversationKey,
    Message,
    Survey,
    TranscriptRequest,
)
from handover_api.models.digest import DigestChoice
from handover_api.models.drafts import ArticleDraft
from handover_api.models.model_examination import ModelExamination
from handover_api.models.organisation import AnswerGroup, Department, DueTime, OpeningException, OpeningHours
from handover_api.models.outgoing import Outgoing, ReceivedWebhook, WebhookSubscription
from handover_api.models.phrase import Phrase
from handover_api.models.question import AskedQuestion, RegressionQuestion
from handover_api.models.shadow import ShadowDecision, ShadowRun
from handover_api.models.staff import Deed, FailedSignIn, Presence, Staff, StaffSession
from handover_api.models.switches import BotSwitch, CrisisMessage

__all__ = [
    "AnswerFeedback",
    "AnswerGroup",
    "Article",
    "ArticleDraft",
    "ArticleVersion",
    "AskedQuestion",
    "AuditEntry",
    "Base",
    "BotFollower",
    "BotModel",
    "BotModelEvent",
    "BotSwitch",
    "Case",
    "CaseNumber",
    "CaseOpening",
    "ChecklistTick",
    "ContactDetails",
    "ContentImport",
    "ContentImportFile",
    "ContentImportItem",
    "Conversation",
    "ConversationEvent",
    "ConversationKey",
    "CrisisMessage",
    "Deed",
    "Department",
    "DigestChoice",
    "DueTime",
    "FailedSignIn",
    "Handover",
    "Heartbeat",
    "LeftDetails",
    "Lesson",
    "LocalFact",
    "LocalFactChange",
    "Message",
    "ModelExamination",
    "Offer",
    "OpeningException",
    "OpeningHours",
    "Outgoing",
    "Phrase",
    "Presence",
    "QueueWait",
    "ReadyAnswer",
    "ReceivedWebhook",
    "RegressionQuestion",
    "ShadowDecision",
    "ShadowRun",
    "Staff",
    "StaffSession",
    "Survey",
    "Topic",
    "TrainingRun",
    "TranscriptRequest",
    "WebhookSubscription",
]
