"""Changes the bot's model again and again while residents write: no message may fail, and no memory be kept.

The real service, the real action server, and two processes of the real bot, which share the residents between them. The
two models are the project's own and the same under another name, so that each change loads a whole model.
"""

import asyncio
import itertools
import json
import statistics
import time
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from bench import results
from bench.chaos.residents import read_phrases
from bench.studio.two_bots import TwoBots, two_bots
from bench.studio.writers import Writers

PROMOTIONS = 20
RESIDENTS = 3
# Before the first change; then everything that is made once has been made.
WARM_UP_SECONDS = 20.0
# Between changes, so that what is counted is what a change leaves behind, and not one that is under way.
SETTLING_SECONDS = 5.0
FOLLOWED_WITHIN_SECONDS = 120.0
POLL_SECONDS = 0.25
MOST_FOLLOW_SHARE = 0.95


@dataclass
class Changes:
    # How long each took, from the button until both processes answered with the other model.
    seconds: list[float] = field(default_factory=list)


def measure(folder: Path) -> dict[str, float]:
    with two_bots(folder) as system:
        return asyncio.run(change_under_traffic(system, PROMOTIONS, WARM_UP_SECONDS))


async def change_under_traffic(system: TwoBots, promotions: int, warm_up_seconds: float) -> dict[str, float]:
    # One that is idle may be closed at the moment when it is used again; that would be taken for a failure.
    limits = httpx.Limits(max_connections=None, max_keepalive_connections=0)
    async with httpx.AsyncClient(base_url=system.url, limits=limits, trust_env=False, timeout=60) as client:
        lead = await sign_in(client, system)
        writers = Writers(client, read_phrases(results.ROOT), RESIDENTS)
        async with writers.writing():
            await asyncio.sleep(warm_up_seconds)
            before = system.memory()
            changes = Changes()
            in_use = await system.version_of(client, system.bots[0])
            # The other one first.
            versions = sorted(system.models, key=lambda version: version == in_use)
            for version in itertools.islice(itertools.cycle(versions), promotions):
                changes.seconds.append(await change(client, lead, system, version))
                print(f"  {len(changes.seconds):3}  {changes.seconds[-1]:5.1f} s  {system.memory()} MB", flush=True)
                await asyncio.sleep(SETTLING_SECONDS)
            after = system.memory()
        growth = max(now / then - 1 for then, now in zip(before, after, strict=True))
        return {
            "promotions": promotions,
            "promotion_failed_messages": writers.failed,
            "promotion_rss_growth_share": round(growth, 3),
            "promotion_messages": writers.answered + writers.failed,
            "promotion_follow_p50_seconds": round(statistics.median(changes.seconds), 1),
            "promotion_follow_p95_seconds": round(percentile(changes.seconds, MOST_FOLLOW_SHARE), 1),
            "promotion_slowest_reply_seconds": round(max(writers.waited), 1),
            "promotion_rss_before_mb": max(before),
            "promotion_rss_after_mb": max(after),
        }


async def sign_in(client: httpx.AsyncClient, system: TwoBots) -> dict[str, str]:
    """A lead's cookie."""
    accounts = json.loads(system.accounts.read_text(encoding="utf-8"))
    lead = next(account for account in accounts if account["role"] == "lead")
    body = {"username": lead["username"], "password": lead["password"]}
    response = (await client.post("/api/session", json=body)).raise_for_status()
    cookie = "; ".join(f"{name}={value}" for name, value in response.cookies.items())
    client.cookies.clear()
    return {"Cookie": cookie}


async def change(client: httpx.AsyncClient, lead: dict[str, str], system: TwoBots, version: str) -> float:
    """Puts a model in use. Returns after how many seconds both processes answered with it.

    Raises:
        RuntimeError: it could not be put in use, or they did not follow.
    """
    began = time.monotonic()
    response = await client.post(f"/redaktion/modeller/{system.models[version]}/anvand", headers=lead)
    if response.status_code != httpx.codes.SEE_OTHER or "stoppad" in response.headers["location"]:
        raise RuntimeError(f"the model was not put in use: {response.status_code}")
    while time.monotonic() - began < FOLLOWED_WITHIN_SECONDS:
        if {await system.version_of(client, address) for address in system.bots} == {version}:
            return time.monotonic() - began
        await asyncio.sleep(POLL_SECONDS)
    raise RuntimeError("the bot did not follow")


def percentile(values: list[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, round(share * (len(ordered) - 1)))]
