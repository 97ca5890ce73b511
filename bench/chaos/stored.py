"""What the database holds at the end. Texts leave it as fingerprints only."""

from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg.rows import class_row

from bench.chaos.ledger import fingerprint


@dataclass(frozen=True)
class StoredConversation:
    id: str
    state: str
    version: int
    last_seq: int


@dataclass(frozen=True)
class StoredMessage:
    conversation: str
    seq: int
    author: str
    audience: str
    kind: str
    text: str
    client_id: str | None
    writer: str | None
    in_reply_to: int | None
    bot_work: str | None


@dataclass(frozen=True)
class StoredEvent:
    conversation: str
    version: int
    seq: int
    event: str
    before: str
    after: str
    actor: str | None


@dataclass(frozen=True)
class StoredCase:
    conversation: str
    reference: str
    state: str
    owner: str | None


@dataclass(frozen=True)
class Repair:
    """The watchdog put a case right. What it repairs is not to be seen in the states any more."""

    reference: str
    problem: str | None


@dataclass(frozen=True)
class Stored:
    conversations: list[StoredConversation]
    messages: list[StoredMessage]
    events: list[StoredEvent]
    cases: list[StoredCase]
    repairs: list[Repair]


_CONVERSATIONS = "SELECT id::text, state, version, last_seq FROM conversations"
# An agent's client id is stored with the agent's key before it.
_MESSAGES = """
SELECT conversation_id::text AS conversation, seq, author, audience, kind, messages.text,
       split_part(client_id, ':', -1) AS client_id,
       staff.username AS writer, (payload ->> 'in_reply_to')::int AS in_reply_to, bot_work
FROM messages LEFT JOIN staff ON staff.id = messages.staff_id
ORDER BY conversation_id, seq
"""
_EVENTS = """
SELECT conversation_id::text AS conversation, version, seq, event, before, after, staff.username AS actor
FROM conversation_events LEFT JOIN staff ON staff.id = conversation_events.actor_id
ORDER BY conversation_id, version
"""
_CASES = """
SELECT conversation_id::text AS conversation, reference, cases.state, staff.username AS owner
FROM cases LEFT JOIN staff ON staff.id = cases.owner_id
"""
_REPAIRS = """
SELECT subject_id AS reference, details ->> 'problem' AS problem
FROM audit_entries WHERE action = 'repair' AND subject_kind = 'case'
"""
_WORK_LEFT = "SELECT count(*) FROM messages WHERE bot_work IN ('pending', 'unread')"


def load(database_url: str) -> Stored:
    with psycopg.connect(database_url) as connection:
        return Stored(
            conversations=_rows(connection, StoredConversation, _CONVERSATIONS),
            messages=_rows(connection, _fingerprinted, _MESSAGES),
            events=_rows(connection, StoredEvent, _EVENTS),
            cases=_rows(connection, StoredCase, _CASES),
            repairs=_rows(connection, Repair, _REPAIRS),
        )


def count_work_left(database_url: str) -> int:
    """Messages that the bot has not answered or read yet."""
    with psycopg.connect(database_url) as connection:
        row = connection.execute(_WORK_LEFT).fetchone()
    return int(row[0]) if row else 0


def _fingerprinted(text: str, **values: Any) -> StoredMessage:
    return StoredMessage(text=fingerprint(text), **values)


def _rows[Row](connection: psycopg.Connection, make: Any, statement: str) -> list[Row]:
    with connection.cursor(row_factory=class_row(make)) as cursor:
        return list(cursor.execute(statement.encode()))
