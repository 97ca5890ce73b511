"""Agents for a benchmark, made in the database of a system of its own."""

import contextlib
import secrets
from collections.abc import AsyncIterator

from sqlalchemy.ext.asyncio import AsyncSession

from handover_api.agents.service import let_see_secrecy, put_account
from handover_api.clock import now
from handover_api.database import create_engine, create_session_factory, transaction
from handover_api.organisation.answer_groups import list_boards
from handover_api.rules.roles import Role


@contextlib.asynccontextmanager
async def database(url: str) -> AsyncIterator[AsyncSession]:
    engine = create_engine(url.replace("postgresql://", "postgresql+psycopg://", 1))
    try:
        async with transaction(create_session_factory(engine)) as session:
            yield session
    finally:
        await engine.dispose()


async def make_agents(database_url: str, number: int) -> dict[str, str]:
    """They see every case, also under secrecy. Returns the passwords by username."""
    passwords = {f"provkor{each}": secrets.token_urlsafe(12) for each in range(number)}
    async with database(database_url) as session:
        for username, password in passwords.items():
            await put_account(
                session,
                username=username,
                display_name=f"Medarbetare {username}",
                role=Role.AGENT,
                password=password,
                now=now(),
            )
            await let_see_secrecy(session, username, await list_boards(session))
    return passwords
