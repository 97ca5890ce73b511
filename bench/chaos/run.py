"""One run: a system of its own, people who talk through it, disasters, a quiet end, and the judgement."""

import asyncio
import random
import tempfile
import time
from collections import Counter
from collections.abc import Awaitable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.accounts import database, make_agents
from bench.chaos import stored
from bench.chaos.agents import Agent
from bench.chaos.caller import Caller, Reader
from bench.chaos.disasters import Cutter, Killer, NotRecoveredError
from bench.chaos.flow import Extent, Flow
from bench.chaos.judge import Fault, Kind, count, judge
from bench.chaos.ledger import Ledger
from bench.chaos.proxy import Proxy
from bench.chaos.residents import Resident, read_phrases
from handover_api.cases.watchdog import list_breaches
from stack.temporary_system import TemporarySystem

PROGRESS_SECONDS = 10.0
# How long everyone may take to come to an end, once nothing is killed or cut any more.
SETTLING_SECONDS = 240.0
READERS_AT_ONCE = 40
LAST_READING_SECONDS = 20.0
POLL_SECONDS = 0.2


@dataclass(frozen=True)
class Outcome:
    faults: list[Fault]
    figures: dict[str, float]
    kills: Counter[str]

    @property
    def is_good(self) -> bool:
        return not self.faults


def run(root: Path, extent: Extent, seed: int) -> Outcome:
    """Runs chaos on a system of its own, made from the clone at `root`."""
    with tempfile.TemporaryDirectory(prefix="chaos-") as folder:
        Path(folder).chmod(0o711)  # The database's own system user passes through.
        run_folder = Path(folder) / "run"
        with TemporarySystem(root, run_folder) as system:
            return asyncio.run(Chaos(root, run_folder, system, extent, seed).run())


class Chaos:
    def __init__(self, root: Path, run_folder: Path, system: TemporarySystem, extent: Extent, seed: int) -> None:
        self._system = system
        self._root = root
        self._seed = seed
        self._ledger = Ledger()
        self._flow = Flow(self._ledger, extent)
        self._proxy = Proxy("127.0.0.1", system.port)
        self._killer = Killer.of(system.url, root, run_folder, self._choices("killer"))
        self._cutter = Cutter(self._proxy, self._choices("cutter"))

    async def run(self) -> Outcome:
        began = time.monotonic()
        url = await self._proxy.start()
        passwords = await make_agents(self._system.database_url, self._flow.extent.agents)
        phrases = read_phrases(self._root)
        residents = [
            Resident(name, self._caller(url, name), self._flow, phrases, self._choices(f"talk-{name}"))
            for name in (f"resident{number}" for number in range(self._flow.extent.residents))
        ]
        agents = [
            Agent(username, password, self._caller(url, username), self._flow, self._choices(f"work-{username}"))
            for username, password in passwords.items()
        ]
        progress = asyncio.create_task(self._tell(began))
        people = asyncio.gather(*(resident.live() for resident in residents), *(agent.work() for agent in agents))
        problems = await self._let_disasters_happen(people)
        problems += await settled("the people", people, SETTLING_SECONDS)
        took = time.monotonic() - began
        await self._proxy.stop()
        problems += await self._come_to_rest(residents)
        progress.cancel()
        return await self._judge(problems, took)

    def _choices(self, name: str) -> random.Random:
        return random.Random(f"{self._seed}-{name}")  # noqa: S311 - repeatable on purpose

    def _caller(self, url: str, name: str) -> Caller:
        return Caller(url, self._choices(f"caller-{name}"))

    async def _let_disasters_happen(self, people: asyncio.Future[list[None]]) -> list[Fault]:
        """Until everything has been sent, killed and cut; or somebody fails; or the time is up."""
        disasters = asyncio.create_task(self._all_disasters())
        limit = self._flow.extent.minutes * 60
        both: set[asyncio.Future[Any]] = {people, disasters}
        await asyncio.wait(both, timeout=limit, return_when=asyncio.FIRST_EXCEPTION)
        problems = []
        if disasters.done():
            try:
                disasters.result()
            except NotRecoveredError as error:
                problems.append(Fault(Kind.LOST, "-", str(error)))
        else:
            problems.append(Fault(Kind.LOST, "-", f"the run did not come to its end: {self._summary()}"))
            disasters.cancel()
        self._flow.stop()
        await asyncio.gather(disasters, return_exceptions=True)
        return problems

    async def _all_disasters(self) -> None:
        await asyncio.gather(self._killer.work(self._flow), self._cutter.work(self._flow))
        self._flow.are_disasters_over = True

    async def _come_to_rest(self, residents: Iterable[Resident]) -> list[Fault]:
        """Everything is answered, and everyone opens each conversation once more."""
        await self._killer.until_recovered()
        problems = await settled("the bot", self._until_no_work_is_left(), SETTLING_SECONDS)
        latest = {
            message.conversation: message.seq
            for message in stored.load(self._system.database_url).messages
            if message.audience == "everyone"
        }
        gate = asyncio.Semaphore(READERS_AT_ONCE)

        async def read_to_the_end(resident: Resident) -> None:
            for visit in resident.visits:
                async with gate:
                    caller = self._caller(self._system.url, "end")
                    caller.headers = {"Authorization": f"Bearer {visit.token}"}
                    reader = Reader(caller, f"{visit.path}/events", visit.reading)
                    following = asyncio.create_task(reader.follow())
                    wanted = latest.get(visit.reading.conversation, 0)
                    await reader.until_past(wanted - 1, LAST_READING_SECONDS)
                    following.cancel()
                    await asyncio.gather(following, return_exceptions=True)
                    await caller.close()

        await asyncio.gather(*(read_to_the_end(resident) for resident in residents))
        return problems

    async def _until_no_work_is_left(self) -> None:
        while await asyncio.to_thread(stored.count_work_left, self._system.database_url):  # noqa: ASYNC110 - asks SQL.
            await asyncio.sleep(POLL_SECONDS)

    async def _judge(self, problems: list[Fault], took: float) -> Outcome:
        rows = stored.load(self._system.database_url)
        faults = [*problems, *judge(self._ledger, rows), *await watchdogs_findings(self._system.database_url)]
        figures: dict[str, float] = {
            "messages_sent": len(self._ledger.sent),
            **count(faults),
            "kills": self._killer.kills.total(),
            "cuts": self._proxy.cuts,
            **{f"kills_{name}": times for name, times in sorted(self._killer.kills.items())},
            "messages_accepted": self._ledger.accepted,
            "messages_stored": len(rows.messages),
            "messages_of_the_bot": sum(message.author == "bot" for message in rows.messages),
            "conversations": len(rows.conversations),
            "claims": len(self._ledger.claims),
            "lost_claim_races": self._ledger.lost_races,
            "longest_recovery_seconds": round(self._killer.longest_recovery_seconds, 1),
            "minutes": round(took / 60, 1),
            "seed": self._seed,
        }
        return Outcome(faults, figures, self._killer.kills)

    async def _tell(self, began: float) -> None:
        while True:
            await asyncio.sleep(PROGRESS_SECONDS)
            print(f"{time.monotonic() - began:6.0f} s  {self._summary()}", flush=True)

    def _summary(self) -> str:
        return (
            f"{self._ledger.accepted} messages, {self._killer.kills.total()} kills, {self._proxy.cuts} cuts, "
            f"{len(self._ledger.claims)} claims"
        )


async def settled(who: str, work: Awaitable[object], seconds: float) -> list[Fault]:
    try:
        async with asyncio.timeout(seconds):
            await work
    except TimeoutError:
        return [Fault(Kind.LOST, "-", f"{who} did not come to an end within {seconds:.0f} s")]
    return []


async def watchdogs_findings(database_url: str) -> list[Fault]:
    """What the system's own watchdog would say at the end."""
    async with database(database_url) as session:
        return [
            Fault(Kind.INVARIANT, str(breach.conversation_id), f"the watchdog finds {breach.problem}")
            for breach in await list_breaches(session)
        ]
