"""A simulated agent: takes cases in competition with the others, answers, and gives back or closes."""

import asyncio
import random
from typing import Any

import httpx

from bench.chaos.caller import Caller, Reader
from bench.chaos.flow import Flow
from bench.chaos.ledger import Claim, Fate, Reading

SIGN_OF_LIFE_SECONDS = 10.0
IDLE_SECONDS = 0.5
# Everyone looks at the first few in the queue, so they race.
CHOSEN_AMONG = 3
FEWEST_ANSWERS, MOST_ANSWERS = 3, 12
THINK_SECONDS = (0.0, 0.8)
TAKES_THE_NEXT = 0.3
HANDS_BACK = 0.6
CATCHES_UP_SECONDS = 120.0
NOT_MINE = frozenset({httpx.codes.CONFLICT, httpx.codes.NOT_FOUND})


class Agent:
    def __init__(self, username: str, password: str, caller: Caller, flow: Flow, choices: random.Random) -> None:
        self._username = username
        self._password = password
        self._caller = caller
        self._flow = flow
        self._choices = choices
        self._deeds = 0

    async def work(self) -> None:
        await self._sign_in()
        alive = asyncio.create_task(self._give_signs_of_life())
        try:
            while self._flow.goes_on:
                case = await self._take()
                if case is None:
                    await asyncio.sleep(IDLE_SECONDS)
                else:
                    await self._handle(case)
        finally:
            alive.cancel()
            await asyncio.gather(alive, return_exceptions=True)

    async def _sign_in(self) -> None:
        body = {"username": self._username, "password": self._password}
        (await self._caller.call("POST", "/api/session", body)).raise_for_status()

    async def _give_signs_of_life(self) -> None:
        while True:
            await self._caller.call("PUT", "/api/presence", {"status": "available"})
            await asyncio.sleep(SIGN_OF_LIFE_SECONDS)

    def _key(self) -> str:
        self._deeds += 1
        return f"{self._username}-{self._deeds}"

    async def _take(self) -> dict[str, Any] | None:
        """A case from the queue; None when there is none, or others were faster."""
        key = self._key()
        if self._choices.random() < TAKES_THE_NEXT:
            answer = await self._caller.call("POST", "/api/queue/next", headers={"Idempotency-Key": key})
            if answer.status_code == httpx.codes.NO_CONTENT:
                return None
        else:
            waiting = (await self._caller.call("GET", "/api/cases?state=waiting")).raise_for_status().json()
            if not waiting:
                return None
            reference = self._choices.choice(waiting[:CHOSEN_AMONG])["reference"]
            answer = await self._caller.call("POST", f"/api/cases/{reference}/claim", headers={"Idempotency-Key": key})
        if answer.status_code in NOT_MINE:
            self._flow.ledger.lost_races += 1
            return None
        case: dict[str, Any] = answer.raise_for_status().json()
        claim = Claim(case["conversation_id"], case["reference"], self._username, key)
        self._flow.ledger.claims.append(claim)
        return case

    async def _handle(self, case: dict[str, Any]) -> None:
        reading = Reading(self._username, case["conversation_id"], is_staff=True)
        self._flow.ledger.readings.append(reading)
        reader = Reader(self._caller, f"/desk/arenden/{case['reference']}/handelser", reading)
        following = asyncio.create_task(reader.follow())
        try:
            if await self._answer(case):
                await self._leave(case)
            latest = (await self._caller.call("GET", f"/api/cases/{case['reference']}")).raise_for_status().json()
            reading.until = int(latest["messages"][-1]["seq"])
            await reader.until_past(reading.until - 1, CATCHES_UP_SECONDS)
        finally:
            following.cancel()
            await asyncio.gather(following, return_exceptions=True)

    async def _answer(self, case: dict[str, Any]) -> bool:
        """Whether the agent still has the case."""
        for _ in range(self._choices.randint(FEWEST_ANSWERS, MOST_ANSWERS)):
            if not self._flow.goes_on:
                return True
            client_id = self._key()
            text = f"Hej! Det här är svar {client_id}."
            sent = self._flow.ledger.note_sending(case["conversation_id"], "agent", self._username, client_id, text)
            answer = await self._caller.call(
                "POST", f"/api/cases/{case['reference']}/messages", {"client_id": client_id, "text": text}
            )
            if answer.status_code in NOT_MINE:
                # It went back to the queue while nothing was heard from here, or the resident has ended it.
                sent.fate = Fate.REFUSED
                return bool(answer.json()["code"] == "conversation_closed")
            self._flow.ledger.note_accepted(sent, answer.raise_for_status().json()["seq"])
            await asyncio.sleep(self._choices.uniform(*THINK_SECONDS))
        return True

    async def _leave(self, case: dict[str, Any]) -> None:
        headers = {"Idempotency-Key": self._key()}
        if self._choices.random() < HANDS_BACK:
            answer = await self._caller.call("POST", f"/api/cases/{case['reference']}/hand-back", {}, headers)
        else:
            body = {"resolution": "solved"}
            answer = await self._caller.call("POST", f"/api/cases/{case['reference']}/close", body, headers)
        if answer.status_code not in NOT_MINE:
            answer.raise_for_status()
