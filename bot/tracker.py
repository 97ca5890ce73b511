"""Rasa's working memory: in PostgreSQL in a schema of its own beside the service's tables, and what is read from it."""

from __future__ import annotations

from rasa.core.tracker_store import SQLTrackerStore, TrackerStore
from rasa.shared.core.events import SessionStarted, SlotSet
from rasa.shared.core.trackers import DialogueStateTracker
from sqlalchemy import JSON, cast, create_engine, delete, func, select, text  # type: ignore[import-untyped]
from sqlalchemy.engine import URL, make_url  # type: ignore[import-untyped]

SCHEMA = "tracker"
CONNECT_TIMEOUT_SECONDS = 5
STATEMENT_TIMEOUT_MILLISECONDS = 5000
# Filled by the action server (actions/turn.py).
ANSWERED_SLOT = "answered"


async def previous_topic(store: TrackerStore, conversation_id: str, message_id: str) -> str | None:
    """The topic that the bot last answered in its own words, before this message: it may have been sent once before."""
    tracker = await store.retrieve(conversation_id)
    answered = tracker.get_slot(ANSWERED_SLOT) if tracker is not None else None
    earlier = [answer["topic"] for answer in answered or () if answer["message_id"] != message_id]
    return earlier[-1] if earlier else None


class WorkingMemory(SQLTrackerStore):
    """Keeps of each conversation only the latest session, which is the latest turn (domain.yml), and what each slot
    was last set to.

    Rasa never reads earlier sessions again, but searches through them at every turn; the service has the transcript.
    And a new session begins with every setting of every slot that is still there, so that each turn would be longer
    than the one before.
    """

    async def save(self, tracker: DialogueStateTracker) -> None:
        await super().save(tracker)
        with self.session_scope() as session:
            of_conversation = self.SQLEvent.sender_id == tracker.sender_id
            slot = cast(self.SQLEvent.data, JSON)["name"].as_string()
            last_settings = (
                select(func.max(self.SQLEvent.id))
                .where(of_conversation, self.SQLEvent.type_name == SlotSet.type_name)
                .group_by(slot)
            )
            session.execute(
                delete(self.SQLEvent)
                .where(
                    of_conversation,
                    self.SQLEvent.type_name == SlotSet.type_name,
                    self.SQLEvent.id.not_in(last_settings),
                )
                .execution_options(synchronize_session=False)
            )
            latest_session = select(func.max(self.SQLEvent.timestamp)).where(
                of_conversation, self.SQLEvent.type_name == SessionStarted.type_name
            )
            session.execute(
                delete(self.SQLEvent)
                .where(of_conversation, self.SQLEvent.timestamp < latest_session.scalar_subquery())
                .execution_options(synchronize_session=False)
            )
            session.commit()


def sql_tracker_store(database_url: str) -> SQLTrackerStore:
    url = tracker_url(database_url)
    create_schema(url)
    # Rasa takes a complete URL where it asks for a host.
    return WorkingMemory(dialect="postgresql", host=url.render_as_string(hide_password=False))


def tracker_url(database_url: str) -> URL:
    """The service's URL for Rasa: with the driver that SQLAlchemy 1.4 knows, in our schema, never waiting for ever."""
    options = f"-csearch_path={SCHEMA} -cstatement_timeout={STATEMENT_TIMEOUT_MILLISECONDS}"
    return (
        make_url(database_url)
        .set(drivername="postgresql")
        .update_query_dict({"options": options, "connect_timeout": str(CONNECT_TIMEOUT_SECONDS)})
    )


def create_schema(url: URL) -> None:
    engine = create_engine(url)
    try:
        with engine.begin() as connection:
            connection.execute(text(f"CREATE SCHEMA IF NOT EXISTS {SCHEMA}"))
    finally:
        engine.dispose()
