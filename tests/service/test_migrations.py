import re
from collections.abc import Iterator

import psycopg
import pytest
from alembic import command
from environment import DatabaseServer, settings_for

from handover_api.cli import MIGRATIONS_FOLDER, alembic_config, migrate
from handover_api.models import Base
from handover_api.settings import Settings


@pytest.fixture
def empty(database_server: DatabaseServer) -> Iterator[Settings]:
    database_server.create("empty")
    yield settings_for(database_server.url("empty"))
    database_server.drop("empty")


def tables(settings: Settings) -> set[str]:
    with psycopg.connect(settings.libpq_url) as connection:
        rows = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
    return {name for (name,) in rows if not name.startswith("procrastinate_")} - {"alembic_version"}


def test_the_way_up_can_be_gone_down_and_up_again(empty: Settings) -> None:
    migrate(empty)
    assert tables(empty) == set(Base.metadata.tables)
    command.downgrade(alembic_config(empty), "base")
    assert tables(empty) == set()
    migrate(empty)
    assert tables(empty) == set(Base.metadata.tables)


def test_models_and_migrations_agree(empty: Settings) -> None:
    migrate(empty)
    command.check(alembic_config(empty))


def test_migrating_what_is_up_to_date_changes_nothing(empty: Settings) -> None:
    migrate(empty)
    migrate(empty)
    assert tables(empty) == set(Base.metadata.tables)


def test_migrations_are_numbered_without_gaps() -> None:
    names = sorted(path.name for path in (MIGRATIONS_FOLDER / "versions").glob("*.py"))
    assert names
    assert [int(re.match(r"\d{4}_", name)[0][:4]) for name in names] == list(range(1, len(names) + 1))
