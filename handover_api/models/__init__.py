"""All tables. Importing this package makes `Base.metadata` complete."""

from handover_api.models.audit import AuditEntry, Heartbeat
from handover_api.models.base import Base
from handover_api.models.case import Case, CaseNumber, Handover
from handover_api.models.content import Article, ArticleVersion, LocalFact, Topic
from handover_api.models.conversation import Conversation, Message
from handover_api.models.staff import FailedSignIn, Staff, StaffSession

__all__ = [
    "Article",
    "ArticleVersion",
    "AuditEntry",
    "Base",
    "Case",
    "CaseNumber",
    "Conversation",
    "FailedSignIn",
    "Handover",
    "Heartbeat",
    "LocalFact",
    "Message",
    "Staff",
    "StaffSession",
    "Topic",
]
