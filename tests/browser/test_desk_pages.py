"""The desk's pages that no other list of states has: through axe, on every screen, and as pictures to look at."""

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import pytest
from asking_agents import AskingAgents
from pictures import take_pictures
from playwright.async_api import expect
from test_accessibility import assert_fits
from test_finishing import answered_case, tell_editors
from visitor import NARROW, Visitor, Visitors


@dataclass
class Scene:
    visitors: Visitors
    asking: AskingAgents

    async def agent(self) -> Visitor:
        return await self.visitors.agent("medarbetare1")

    async def lead(self, address: str) -> Visitor:
        lead = await self.visitors.agent("teamledare")
        await lead.page.goto(address)
        return lead

    async def case_of(self, agent: Visitor) -> str:
        """A case after an answer of the bot, taken by the agent, whose page is open."""
        reference = await answered_case(await self.visitors.resident())
        await agent.page.goto(f"/desk/arenden/{reference}")
        await agent.button("Ta ärendet").click()
        await expect(agent.field).to_be_visible()
        return reference


async def queue_with_offers(scene: Scene) -> Visitor:
    agent = await scene.agent()
    await scene.asking.about(await answered_case(await scene.visitors.resident()))
    await expect(agent.page.get_by_role("button", name=re.compile("Jag tar det"))).to_be_visible()
    return agent


async def queue_of_a_lead(scene: Scene) -> Visitor:
    await scene.case_of(await scene.agent())
    await answered_case(await scene.visitors.resident())
    lead = await scene.lead("/desk")
    await expect(lead.page.get_by_text("1 ärende väntar.")).to_be_visible()
    return lead


async def case_with_several_conversations(scene: Scene) -> Visitor:
    agent = await scene.agent()
    for _ in range(3):
        await scene.case_of(agent)
    await expect(agent.page.get_by_role("navigation", name="Mina samtal").get_by_role("link")).to_have_count(3)
    return agent


async def inbox_with_a_question(scene: Scene) -> Visitor:
    await tell_editors(await scene.agent(), await answered_case(await scene.visitors.resident()))
    lead = await scene.lead("/desk/redaktion")
    await expect(lead.page.get_by_role("button", name=re.compile("Markera som hanterad"))).to_be_visible()
    return lead


async def opening_hours(scene: Scene) -> Visitor:
    return await scene.lead("/desk/oppettider")


async def colleagues(scene: Scene) -> Visitor:
    return await scene.lead("/desk/medarbetare")


SCENES: list[Callable[[Scene], Awaitable[Visitor]]] = [
    queue_with_offers,
    queue_of_a_lead,
    case_with_several_conversations,
    inbox_with_a_question,
    opening_hours,
    colleagues,
]


@pytest.mark.parametrize("reach", SCENES, ids=lambda reach: reach.__name__)
async def test_every_page_of_the_desk_is_accessible(
    reach: Callable[[Scene], Awaitable[Visitor]], visitors: Visitors, asking: AskingAgents
) -> None:
    visitor = await reach(Scene(visitors, asking))
    await take_pictures(visitor, reach.__name__)
    await assert_fits(visitor)


async def test_the_bar_by_which_a_deed_is_undone_fits(visitors: Visitors, asking: AskingAgents) -> None:
    scene = Scene(visitors, asking)
    agent = await scene.agent()
    await scene.case_of(agent)
    # So that the seconds do not run out while it is looked at.
    await agent.page.evaluate("window.setInterval = () => 0")
    await agent.button("Lämna tillbaka till boten").click()
    await expect(agent.button("Ångra")).to_be_visible()
    await take_pictures(agent, "case_about_to_be_handed_back")
    await agent.page.set_viewport_size(NARROW)
    assert not await agent.scrolls_sideways()
    for name in ("Ångra", "Gör det nu"):
        await expect(agent.button(name)).to_be_in_viewport(ratio=1)
