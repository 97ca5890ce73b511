"""Rasa's working memory in PostgreSQL: a schema of its own beside the service's tables."""

from __future__ import annotations

from rasa.core.tracker_store import SQLTrackerStore
from sqlalchemy import create_engine, text  # type: ignore[import-untyped]
from sqlalchemy.engine import URL, make_url  # type: ignore[import-untyped]

SCHEMA = "tracker"
CONNECT_TIMEOUT_SECONDS = 5
STATEMENT_TIMEOUT_MILLISECONDS = 5000


def sql_tracker_store(database_url: str) -> SQLTrackerStore:
    url = tracker_url(database_url)
    create_schema(url)
    # Rasa takes a complete URL where it asks for a host.
    return SQLTrackerStore(dialect="postgresql", host=url.render_as_string(hide_password=False))


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
