"""Answer groups and opening hours, as an import and a lead would have made them."""

from typing import Any

from people import Member

from handover_api.database import SessionFactory, transaction
from handover_api.models import AnswerGroup, Topic

OFFICE_HOURS = [{"weekday": weekday, "opens": "08:00", "closes": "17:00"} for weekday in range(5)]
# The tests' clock begins on a Friday at 10.00; this is over by then.
EARLY_FRIDAY = [
    {"weekday": 4, "opens": "08:00", "closes": "09:00"},
    {"weekday": 0, "opens": "08:00", "closes": "12:00"},
]


async def make_groups(sessions: SessionFactory, *ids: str, **fields: Any) -> None:
    async with transaction(sessions) as session:
        session.add_all(AnswerGroup(id=group, name=group.capitalize(), **fields) for group in ids)


async def make_topic(sessions: SessionFactory, topic: str, group: str) -> None:
    async with transaction(sessions) as session:
        session.add(
            Topic(
                id=topic,
                title=topic.capitalize(),
                area="provområde",
                rosa_level=1,
                handling="answer",
                answer_group=group,
                touches_secrecy=False,
            )
        )


async def set_hours(lead: Member, periods: list[dict[str, Any]], group: str | None = None) -> None:
    response = await lead.client.put("/api/opening-hours", json={"answer_group": group, "periods": periods})
    assert response.status_code == 200, response.text


async def add_day(lead: Member, day: str, **fields: Any) -> str:
    """Adds a day unlike the others, closed unless there are times. Returns its id."""
    response = await lead.client.post("/api/opening-exceptions", json={"day": day, **fields})
    assert response.status_code == 201, response.text
    return str(response.json()["id"])
