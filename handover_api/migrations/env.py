"""Runs the migrations with the address that `handover_api.cli` or a test hands over."""

from alembic import context
from sqlalchemy import create_engine

from handover_api.models import Base

engine = create_engine(context.config.attributes["url"])

with engine.connect() as connection:
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        include_name=lambda name, kind, _parents: kind != "table" or not str(name).startswith("procrastinate_"),
    )
    with context.begin_transaction():
        context.run_migrations()
engine.dispose()
