"""The place that is measured: the service with its cases, chats in progress, and an agent with a browser."""

import contextlib
import os
from collections.abc import AsyncIterator
from dataclasses import dataclass

import httpx
from playwright.async_api import BrowserContext, async_playwright

from bench.accounts import make_agents
from bench.desk.chats import Crowd
from bench.desk.seed import seed_cases
from bench.handover.people import Agent
from bench.service_alone import ServiceAlone
from handover_api.agents.identity import COOKIE

CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
SCREEN = {"width": 1366, "height": 768}
# With the chats; and as many that are closed already.
OPEN_CASES = 5000
CLOSED_CASES = 5000
COLLEAGUES = 9
CHATS_EACH = 3
CHATS = (1 + COLLEAGUES) * CHATS_EACH
# What the chats are about: a topic with answers and a checklist.
TOPIC = "bygglov-altan"


@dataclass
class Desk:
    """Everything in place: the service with its cases, the chats, and the agent's browser."""

    service: ServiceAlone
    crowd: Crowd
    agent: Agent
    browser: BrowserContext


@contextlib.asynccontextmanager
async def desk(service: ServiceAlone) -> AsyncIterator[Desk]:
    passwords = list((await make_agents(service.database_url, COLLEAGUES + 1)).items())
    await seed_cases(
        service.database_url,
        open_cases=OPEN_CASES - CHATS,
        closed_cases=CLOSED_CASES,
        present=[username for username, _ in passwords],
    )
    limits = httpx.Limits(max_connections=None, max_keepalive_connections=None)
    async with (
        httpx.AsyncClient(base_url=service.url, limits=limits, trust_env=False, timeout=60) as client,
        async_playwright() as playwright,
    ):
        agents = [await Agent.sign_in(client, *account) for account in passwords]
        crowd = Crowd(client, service.database_url, colleagues=agents[1:])
        for agent in agents:
            for _ in range(CHATS_EACH):
                await crowd.begin(agent, TOPIC)
        browser = await playwright.chromium.launch(
            executable_path=CHROMIUM,
            args=["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking"],
        )
        context = await browser.new_context(viewport=SCREEN, locale="sv-SE", base_url=service.url)  # type: ignore[arg-type]
        await context.add_cookies([{"name": COOKIE, "value": agents[0].token, "url": service.url}])
        async with crowd.with_open_pages():
            yield Desk(service, crowd, agents[0], context)
        await browser.close()
