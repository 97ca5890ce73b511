"""The departments that cases are forwarded to in the tests."""

from handover_api.database import SessionFactory, transaction
from handover_api.models import Department

BUILDING = {"id": "bygg", "name": "Byggförvaltningen", "email": "bygg@kommun.example"}
SOCIAL = {"id": "social", "name": "Socialförvaltningen", "email": None}


async def add_departments(sessions: SessionFactory) -> None:
    """One that can be told by e-mail, and one that only the agent can tell."""
    async with transaction(sessions) as session:
        session.add_all([Department(**BUILDING), Department(**SOCIAL)])
