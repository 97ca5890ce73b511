"""Cases under secrecy, and what is looked for in answers that are to tell nothing of them."""

from people import People, Resident

from handover_api.database import SessionFactory, transaction
from handover_api.models import AnswerGroup, Topic

SECRET_TOPIC = "ekonomiskt-bistand"
# What the resident has said; it stands nowhere but in the case.
SAID = "kanariefågeln sjunger"


async def make_secret_topic(
    sessions: SessionFactory, topic: str = SECRET_TOPIC, group: str = "social", *, handling: str = "handover"
) -> None:
    """A topic that touches secrecy, and its answer group."""
    async with transaction(sessions) as session:
        await session.merge(AnswerGroup(id=group, name=group.capitalize()))
        session.add(
            Topic(
                id=topic,
                title=topic.capitalize(),
                area="provområde",
                rosa_level=1,
                handling=handling,
                answer_group=group,
                touches_secrecy=True,
            )
        )


async def a_case(people: People) -> tuple[Resident, str]:
    """A resident who has said something and waits. Returns the case's reference too."""
    resident = await people.resident()
    await resident.write(SAID)
    await resident.read_until_answered()
    return resident, await resident.queue_up()


async def a_case_under_secrecy(people: People, sessions: SessionFactory) -> tuple[Resident, str]:
    """The same, put under the secrecy of the social services by a lead."""
    async with transaction(sessions) as session:
        await session.merge(AnswerGroup(id="social", name="Socialtjänst"))
    resident, reference = await a_case(people)
    response = await people.lead.client.put(f"/api/cases/{reference}/secrecy", json={"secrecy_classes": ["social"]})
    assert response.status_code == 200, response.text
    return resident, reference
