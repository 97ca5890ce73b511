"""The engine, the session and the one place where a transaction ends."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated

from fastapi import Depends, Request
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine

SessionFactory = async_sessionmaker[AsyncSession]


def create_engine(url: str) -> AsyncEngine:
    # Connections beyond the pool would be made and thrown away for each request, just when there are most of them.
    # Parameters stay out of error messages: they hold what residents write.
    return create_async_engine(url, pool_size=20, max_overflow=0, pool_pre_ping=True, hide_parameters=True)


def create_session_factory(engine: AsyncEngine, **info: object) -> SessionFactory:
    """`info` is what every session knows of its process."""
    return async_sessionmaker(engine, expire_on_commit=False, info=info)


@asynccontextmanager
async def transaction(sessions: SessionFactory) -> AsyncIterator[AsyncSession]:
    """A session whose work is committed at the end, or undone if an error passes through."""
    async with sessions() as session, session.begin():
        yield session


async def request_session(request: Request) -> AsyncIterator[AsyncSession]:
    """One request, one transaction, which ends before the answer is sent: what has been answered has been stored."""
    async with transaction(request.app.state.sessions) as session:
        yield session


SessionDep = Annotated[AsyncSession, Depends(request_session, scope="function")]
