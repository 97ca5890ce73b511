"""Two agents, a lead and three residents at once: what one does everybody sees who should, and nobody else."""

import re
from dataclasses import dataclass, field

from asking_agents import AskingAgents
from playwright.async_api import Locator, expect
from visitor import Visitor, Visitors

CRISIS = "Vattnet i Centrum måste kokas innan du dricker det."
# What is said in each conversation; no word of the one is in another.
TALKS = {
    "Anna": ["Min altan är en meter hög.", "Då behöver du inte bygglov.", "Tack, då bygger jag den."],
    "Bilal": ["Soporna hämtades inte i dag.", "Vilken gata gäller det?", "Storgatan två."],
    "Cilla": ["Jag söker en förskoleplats.", "Jag frågar förskolan åt dig.", "Det låter bra."],
}


async def open_case(agent: Visitor, reference: str) -> None:
    await agent.page.goto(f"/desk/arenden/{reference}")
    await expect(agent.page.get_by_role("heading", level=1, name=f"Ärende {reference}")).to_be_visible()


async def claim(agent: Visitor, reference: str) -> None:
    await open_case(agent, reference)
    await agent.button("Ta ärendet").click()
    await expect(agent.field).to_be_visible()


async def open_step(agent: Visitor, name: str) -> None:
    await agent.page.locator("summary", has_text=name).click()


def waiting_list(agent: Visitor) -> Locator:
    return agent.page.get_by_role("region", name="Väntar på svar")


def own_list(agent: Visitor) -> Locator:
    return agent.page.get_by_role("region", name="Mina ärenden")


def alert(resident: Visitor) -> Locator:
    return resident.page.get_by_role("alert").filter(has_text=CRISIS)


def wall_number(lead: Visitor, name: str) -> Locator:
    return lead.page.locator(".wall__number", has_text=name)


async def assert_is_the_talk_of(name: str, visitor: Visitor) -> None:
    """Each of its sentences once, in its order, and none of another's."""
    lines = visitor.page.locator("[data-messages] > li")
    said = re.compile("|".join(re.escape(sentence) for sentence in TALKS[name]))
    await expect(lines.filter(has_text=said)).to_contain_text(TALKS[name])
    for other in TALKS.keys() - {name}:
        for sentence in TALKS[other]:
            await expect(visitor.page.get_by_text(sentence)).to_have_count(0)


@dataclass
class Floor:
    """Everybody who is there. `solved`, `moved` and `forwarded` name the residents by what becomes of their cases."""

    residents: dict[str, Visitor]
    bosse: Visitor
    disa: Visitor
    karin: Visitor
    references: dict[str, str] = field(default_factory=dict)
    solved: str = ""
    moved: str = ""
    forwarded: str = ""

    @classmethod
    async def enter(cls, visitors: Visitors) -> "Floor":
        residents = {name: await visitors.resident() for name in TALKS}
        bosse, disa = await visitors.agent("medarbetare1"), await visitors.agent("medarbetare2")
        karin = await visitors.agent("teamledare")
        await karin.page.goto("/desk/lage")
        await expect(wall_number(karin, "Väntar nu")).to_contain_text("0")
        return cls(residents, bosse, disa, karin)

    async def ask_for_persons(self) -> None:
        """Everybody on the staff sees that all three wait."""
        for name, resident in self.residents.items():
            await resident.open_chat()
            self.references[name] = await resident.ask_for_person()
        for agent in (self.bosse, self.disa):
            await expect(waiting_list(agent).get_by_text("3 ärenden väntar.")).to_be_visible()
        await expect(wall_number(self.karin, "Väntar nu")).to_contain_text("3")

    async def take(self, asking: AskingAgents) -> None:
        """One is offered and accepted, two are taken. The wall follows."""
        await asking.about(*self.references.values())
        offer = self.bosse.page.get_by_role("button", name=re.compile("Jag tar det")).first
        offered = (await offer.inner_text()).split()[-1]
        await offer.click()
        await expect(self.bosse.field).to_be_visible()
        self.solved = next(name for name, reference in self.references.items() if reference == offered)
        self.moved, self.forwarded = (name for name in self.references if name != self.solved)
        await claim(self.bosse, self.references[self.moved])
        await claim(self.disa, self.references[self.forwarded])
        for name in (self.solved, self.moved):
            await self.residents[name].sees("Medarbetare 1")
        await self.residents[self.forwarded].sees("Medarbetare 2")
        await expect(wall_number(self.karin, "Väntar nu")).to_contain_text("0")
        await expect(self.karin.page.get_by_role("row", name="Medarbetare 1")).to_contain_text("2 av 3")

    async def talk(self) -> None:
        """All at once; the agent who has two goes between them."""
        for name, resident in self.residents.items():
            await resident.write(TALKS[name][0])
        for name, agent in {self.solved: self.bosse, self.forwarded: self.disa, self.moved: self.bosse}.items():
            await open_case(agent, self.references[name])
            await agent.sees(TALKS[name][0])
            await agent.write(TALKS[name][1])
            await agent.sees(TALKS[name][1])
        for name, resident in self.residents.items():
            await resident.sees(TALKS[name][1])
            await resident.write(TALKS[name][2])
            await assert_is_the_talk_of(name, resident)

    async def show_crisis(self) -> None:
        await self.karin.page.get_by_label("Text på svenska").fill(CRISIS)
        await self.karin.button("Visa för alla").click()
        for resident in self.residents.values():
            await expect(alert(resident)).to_be_visible()

    async def move(self) -> None:
        """The other agent finds all that was said."""
        await open_case(self.bosse, self.references[self.moved])
        await open_step(self.bosse, "Lämna över till någon annan")
        await self.bosse.page.get_by_label("Till", exact=True).select_option("agent:medarbetare2")
        await self.bosse.page.get_by_label("Meddelande till den som tar emot").fill("Du kan det här bättre.")
        await self.bosse.button("Lämna över").click()
        await expect(self.bosse.page.get_by_role("heading", level=1, name="Kön")).to_be_visible()
        await self.residents[self.moved].sees("Medarbetare 2")
        await open_case(self.disa, self.references[self.moved])
        await assert_is_the_talk_of(self.moved, self.disa)
        await self.disa.write("Nu är det jag som svarar.")
        await self.residents[self.moved].sees("Nu är det jag som svarar.")

    async def close(self) -> None:
        await open_case(self.bosse, self.references[self.solved])
        await assert_is_the_talk_of(self.solved, self.bosse)
        await self.bosse.close_case()
        await expect(self.residents[self.solved].status).to_contain_text("Samtalet är avslutat")

    async def forward(self) -> None:
        await open_case(self.disa, self.references[self.forwarded])
        await assert_is_the_talk_of(self.forwarded, self.disa)
        await open_step(self.disa, "Skicka vidare till en förvaltning")
        await self.disa.page.get_by_label("Förvaltning", exact=True).select_option(index=1)
        await self.disa.page.get_by_label("Vad ska förvaltningen göra?").fill("Vad gäller i höst?")
        await self.disa.do_now("Skicka vidare")
        await expect(self.disa.page.locator("[data-case-state]")).to_contain_text("förvaltning")

    async def hand_back(self) -> None:
        """The bot answers again."""
        await open_case(self.disa, self.references[self.moved])
        await self.disa.do_now("Lämna tillbaka till boten")
        await self.residents[self.moved].write("Får jag bygga en altan?")
        await self.residents[self.moved].sees("En låg altan")


async def test_a_busy_quarter_of_an_hour(visitors: Visitors, asking: AskingAgents) -> None:
    floor = await Floor.enter(visitors)
    await floor.ask_for_persons()
    await floor.take(asking)
    await floor.talk()
    await floor.show_crisis()
    await floor.move()
    await floor.close()
    await floor.forward()
    await floor.hand_back()

    await expect(wall_number(floor.karin, "Väntar nu")).to_contain_text("0")
    # A case that was handed back is its agent's until the bot has done.
    for agent, left in ((floor.bosse, set()), (floor.disa, {floor.moved, floor.forwarded})):
        await agent.page.goto("/desk")
        await expect(waiting_list(agent).get_by_text("Ingen väntar just nu.")).to_be_visible()
        for name, reference in floor.references.items():
            await expect(own_list(agent).get_by_text(reference)).to_have_count(int(name in left))
    for name in (floor.solved, floor.forwarded):
        await assert_is_the_talk_of(name, floor.residents[name])
    for name in (floor.moved, floor.forwarded):
        await expect(alert(floor.residents[name])).to_be_visible()
