"""`make bench-handover`."""

import argparse
import asyncio
import itertools
import random
import re
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import httpx
import psycopg

from bench import results
from bench.accounts import make_agents
from bench.handover.pages import Page, Stopwatch
from bench.handover.people import Agent, Resident
from stack.layout import Layout
from stack.temporary_system import TemporarySystem

AGENTS = 20
# Of each agent, at the least; so many that nobody is asked to take more.
IN_HAND = 22
OPEN_CONVERSATIONS = 500
WITH_BOT = 30
WAITING = 30
# Of an agent's conversations, those whose page is open.
OPEN_CASES = 3
WARM_UP_SECONDS = 20
MEASURED_SECONDS = 90
# Sixty conversations in hand, each with four messages a minute, is what twenty busy agents have.
MESSAGES_PER_SECOND = 4.0
NEW_CASES_PER_SECOND = 0.5
# Agents without a page keep their conversations for a little longer.
IDLE_SECONDS = 35
# Until every connection of the database has read a changed setting.
SETTLED_SECONDS = 3
LONG_QUEUE = 5000
CLAIMS_PER_SECOND = 4.0
CLAIMS = 240
AT_ONCE = 12
LAST_SECONDS = 5
# Nothing that the bot could answer.
UNCLEAR = "Qwrtz plmk vbnx {number} drfgt"
LOGGED_STATEMENT = re.compile(rb"LOG:  (?:statement|execute [^:]*): (?!$)")
REFERENCE = re.compile(r"\b20\d\d-\d{6}\b")


@dataclass
class Crowd:
    residents: list[Resident] = field(default_factory=list)
    agents: list[Agent] = field(default_factory=list)
    # Conversations whose page an agent has open.
    talking: list[tuple[Agent, str, Resident]] = field(default_factory=list)

    @property
    def desks(self) -> list[Page]:
        return [agent.desk for agent in self.agents]

    @property
    def pages(self) -> list[Page]:
        cases = [page for agent in self.agents for page in agent.case_pages]
        return [*self.desks, *cases, *(resident.page for resident in self.residents)]


async def with_open_pages(client: httpx.AsyncClient, system: TemporarySystem, log: Path) -> dict[str, float]:
    crowd = Crowd(agents=await sign_in(client, system))
    to_agent, to_resident = Stopwatch(), Stopwatch()
    say(f"{OPEN_CONVERSATIONS} conversations are begun")
    await gather_crowd(client, crowd, to_agent, to_resident)
    figures = await idle(system, crowd, log)
    say("messages and new cases")
    figures |= await busy(client, system, crowd, to_agent, to_resident)
    await asyncio.gather(*(page.close() for page in crowd.pages))
    return figures


async def sign_in(client: httpx.AsyncClient, system: TemporarySystem) -> list[Agent]:
    passwords = await make_agents(system.database_url, AGENTS)
    return [await Agent.sign_in(client, *account) for account in passwords.items()]


async def gather_crowd(client: httpx.AsyncClient, crowd: Crowd, to_agent: Stopwatch, to_resident: Stopwatch) -> None:
    """Everyone in place. An agent without an open page would soon be taken to have left."""
    await asyncio.gather(*(agent.desk.open() for agent in crowd.agents))
    crowd.residents = await in_parallel([partial(Resident.begin, client)] * OPEN_CONVERSATIONS)
    in_hand = crowd.residents[WITH_BOT + WAITING :]
    references = await in_parallel([resident.ask_for_person for resident in crowd.residents[WITH_BOT:]])
    by_agent = list(zip(itertools.cycle(crowd.agents), references[WAITING:], in_hand, strict=False))
    await in_parallel([partial(agent.claim, reference) for agent, reference, _ in by_agent])
    crowd.talking = by_agent[: AGENTS * OPEN_CASES]
    for agent, reference, _ in crowd.talking:
        agent.add_case(reference, to_agent)
    for resident in crowd.residents:
        resident.page.sees = lambda _name, data: to_resident.look(data)
    await in_parallel([page.open for page in crowd.pages if page not in crowd.desks])


async def idle(system: TemporarySystem, crowd: Crowd, log: Path) -> dict[str, float]:
    """What open pages ask of the database while nothing happens, beside what is asked when they have just been closed:
    the same people and cases are there, for as long as the agents' leases last.
    """
    say(f"idle: {len(crowd.pages)} open pages")
    await asyncio.sleep(WARM_UP_SECONDS)
    watched = await statements_a_minute(system, log)
    say("idle: no open page")
    await asyncio.gather(*(page.close() for page in crowd.pages))
    alone = await statements_a_minute(system, log)
    await in_parallel([page.open for page in crowd.pages])
    return {
        "idle_queries_per_browser_per_minute": round(max(0.0, watched - alone) / len(crowd.pages), 3),
        "idle_open_pages": len(crowd.pages),
        "idle_queries_per_minute": round(watched, 1),
        "idle_queries_per_minute_without_pages": round(alone, 1),
    }


async def statements_a_minute(system: TemporarySystem, log: Path) -> float:
    """Everything that is asked of the database, by its own log."""
    async with await psycopg.AsyncConnection.connect(system.database_url, autocommit=True) as connection:
        await connection.execute("ALTER SYSTEM SET log_statement = 'all'")
        await connection.execute("SELECT pg_reload_conf()")
        await asyncio.sleep(SETTLED_SECONDS)
        before, began = await asyncio.to_thread(count_logged, log), time.perf_counter()
        await asyncio.sleep(IDLE_SECONDS)
        after, ended = await asyncio.to_thread(count_logged, log), time.perf_counter()
        await connection.execute("ALTER SYSTEM SET log_statement = 'none'")
        await connection.execute("SELECT pg_reload_conf()")
    return (after - before) * 60 / (ended - began)


def count_logged(log: Path) -> int:
    with log.open("rb") as lines:
        return sum(LOGGED_STATEMENT.search(line) is not None for line in lines)


async def busy(
    client: httpx.AsyncClient, system: TemporarySystem, crowd: Crowd, to_agent: Stopwatch, to_resident: Stopwatch
) -> dict[str, float]:
    """Messages both ways, and questions that the bot is unsure of, at a steady rate whatever the system does."""
    sightings = [Sightings() for _ in crowd.agents]
    for agent, seen in zip(crowd.agents, sightings, strict=True):
        agent.desk.sees = seen.look
    numbers = itertools.count(1)
    choices = random.Random(1)  # noqa: S311 - repeatable on purpose

    async def say_something() -> None:
        number = next(numbers)
        agent, reference, resident = choices.choice(crowd.talking)
        # With letters around it, so that no number is found in another.
        mark = f"yttrande{number}slut"
        if number % 2:
            to_agent.start(mark)
            await resident.write(f"Det här är {mark}.")
        else:
            to_resident.start(mark)
            await agent.write(reference, f"Det här är {mark}.")

    async def be_unclear() -> None:
        resident = await Resident.begin(client)
        crowd.residents.append(resident)
        await resident.page.open()
        await resident.write(UNCLEAR.format(number=next(numbers)))

    async def all_of_it(seconds: float) -> None:
        await asyncio.gather(
            steadily(MESSAGES_PER_SECOND, int(MESSAGES_PER_SECOND * seconds), say_something),
            steadily(NEW_CASES_PER_SECOND, int(NEW_CASES_PER_SECOND * seconds), be_unclear),
        )
        await asyncio.sleep(LAST_SECONDS)

    await all_of_it(WARM_UP_SECONDS)
    to_agent.seconds.clear()
    to_resident.seconds.clear()
    began_at = time.time()
    await all_of_it(MEASURED_SECONDS)
    if to_agent.unseen or to_resident.unseen:
        raise RuntimeError(f"{to_agent.unseen + to_resident.unseen} messages were never seen")
    visible = await until_visible(system.database_url, began_at, sightings)
    return {
        **percentiles("case_visible", visible),
        **percentiles("message", to_agent.seconds + to_resident.seconds),
        "message_to_agent_p95_ms": percentile(to_agent.seconds, 95),
        "message_to_resident_p95_ms": percentile(to_resident.seconds, 95),
        "new_cases": len(visible) / len(crowd.agents),
        "messages": len(to_agent.seconds + to_resident.seconds),
        "open_conversations": len(crowd.residents),
        "agents": len(crowd.agents),
    }


class Sightings:
    """When a desk first showed each case."""

    def __init__(self) -> None:
        self.first: dict[str, float] = {}

    def look(self, name: str, data: str) -> None:
        if name == "queue":
            for reference in REFERENCE.findall(data):
                self.first.setdefault(reference, time.time())


async def until_visible(database_url: str, began_at: float, desks: Sequence[Sightings]) -> list[float]:
    """Seconds from when the service was told that the bot was unsure until each desk showed the case."""
    async with await psycopg.AsyncConnection.connect(database_url) as connection:
        asked = await connection.execute(
            "SELECT case_reference, extract(epoch FROM at)::float FROM conversation_events"
            " WHERE event = 'handover_asked' AND at > to_timestamp(%s)",
            [began_at],
        )
        cases = await asked.fetchall()
    unseen = [reference for reference, _ in cases for desk in desks if reference not in desk.first]
    if unseen or not cases:
        raise RuntimeError(f"of {len(cases)} new cases {len(unseen)} were not seen on a desk")
    return [desk.first[reference] - at for reference, at in cases for desk in desks]


async def with_a_long_queue(client: httpx.AsyncClient, system: TemporarySystem, _log: Path) -> dict[str, float]:
    """Claims of given cases and of the next one, while the desks are open."""
    say(f"{LONG_QUEUE} cases wait")
    residents = await in_parallel([partial(Resident.begin, client)] * (LONG_QUEUE + AGENTS * IN_HAND))
    references = await in_parallel([resident.ask_for_person for resident in residents])
    agents = await sign_in(client, system)
    await asyncio.gather(*(agent.desk.open() for agent in agents))
    await in_parallel([agent.take_next for agent in agents for _ in range(IN_HAND)])
    say("claims")
    # From the later half: the next one is the first.
    given = iter(random.Random(2).sample(sorted(references)[LONG_QUEUE // 2 :], CLAIMS))  # noqa: S311 - repeatable
    turns = itertools.count()
    took: list[float] = []

    async def claim_one() -> None:
        turn = next(turns)
        agent = agents[turn % len(agents)]
        began = time.perf_counter()
        if turn % 2:
            await agent.take_next()
        else:
            await agent.claim(next(given))
        took.append(time.perf_counter() - began)

    await steadily(CLAIMS_PER_SECOND, CLAIMS, claim_one)
    await asyncio.gather(*(agent.close() for agent in agents))
    return {**percentiles("claim", took), "claims": len(took), "waiting_cases": LONG_QUEUE}


async def steadily(rate: float, count: int, do: Callable[[], Awaitable[None]]) -> None:
    """By the clock, whether or not what was begun has ended: a slow system cannot hide behind a slow sender."""
    began = time.perf_counter()
    tasks = []
    for number in range(count):
        await asyncio.sleep(max(0.0, began + number / rate - time.perf_counter()))
        tasks.append(asyncio.ensure_future(do()))
    await asyncio.gather(*tasks)


async def in_parallel[Result](work: Sequence[Callable[[], Awaitable[Result]]]) -> list[Result]:
    gate = asyncio.Semaphore(AT_ONCE)

    async def one(do: Callable[[], Awaitable[Result]]) -> Result:
        async with gate:
            return await do()

    return list(await asyncio.gather(*(one(each) for each in work)))


def percentiles(name: str, seconds: Sequence[float]) -> dict[str, float]:
    return {f"{name}_p50_ms": percentile(seconds, 50), f"{name}_p95_ms": percentile(seconds, 95)}


def percentile(seconds: Sequence[float], percent: int) -> float:
    return round(statistics.quantiles(seconds, n=100)[percent - 1] * 1000, 1)


def say(what: str) -> None:
    print(f"{time.strftime('%H:%M:%S')}  {what}", flush=True)


PARTS = {"pages": with_open_pages, "queue": with_a_long_queue}


async def measure(part: str, system: TemporarySystem, log: Path) -> dict[str, float]:
    limits = httpx.Limits(max_connections=None, max_keepalive_connections=None)
    async with httpx.AsyncClient(base_url=system.url, limits=limits, trust_env=False, timeout=60) as client:
        return await PARTS[part](client, system, log)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.handover")
    parser.add_argument("parts", nargs="*", choices=[[], *PARTS], help="both, unless named")
    for part in parser.parse_args().parts or PARTS:
        with tempfile.TemporaryDirectory(prefix="bench-handover-") as folder:
            Path(folder).chmod(0o711)  # The database's own system user passes through.
            run_folder = Path(folder) / "run"
            with TemporarySystem(results.ROOT, run_folder) as system:
                log = Layout(results.ROOT, run_folder).logs / "postgres.log"
                figures = asyncio.run(measure(part, system, log))
        results.save_part("handover", part, "make bench-handover", figures)


if __name__ == "__main__":
    main()
