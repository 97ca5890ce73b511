"""A bot that keeps the contract of the real one (`integrations.bot.Bot`) and says what its script says."""

from typing import Any
from uuid import UUID

import httpx

from handover_api.integrations.bot import Reading, Turn

_PATIENCE_SECONDS = 60.0
ALTAN = "bygglov-altan"
# Before the name of a topic: the bot says what is published about it, as the real one does.
LOOK_UP = "Slå upp "
CANDIDATES = [{"topic": ALTAN, "confidence": 0.46}, {"topic": "bygglov-attefall", "confidence": 0.31}]
SCRIPT_IN_ANSWER = (
    "Hej <script>window.isHacked = true</script> "
    '<img src=x onerror="window.isHacked = true"> [klicka](javascript:alert(1))'
)

_PERSON = {"kind": "person", "label": "Prata med en människa"}
_FROM_ARTICLE = {
    "topic": ALTAN,
    "rosa_level": 2,
    "confidence": 0.93,
    "department": "Byggnadsnämnden",
    "reviewed_on": "2026-11-01",
    "sources": [{"title": "Plan- och bygglagen (2010:900), 9 kap.", "url": "https://lagen.example/pbl"}],
}

# What the resident's text contains, and what is replied to it.
_REPLIES: dict[str, dict[str, Any]] = {
    "altan": {
        "kind": "guide",
        "text": (
            "En låg altan kräver oftast **inte bygglov**.\n\nDet kan krävas lov om\n\n- altanen är hög\n"
            "- du sätter tak över den.\n\nLäs mer om [bygglov](https://bygglov.example/altan)."
        ),
        "buttons": [{"kind": "link", "url": "https://etjanst.example/bygglov", "label": "Ansök om bygglov"}, _PERSON],
        **_FROM_ARTICLE,
    },
    # The seed's article has an easy version of its own (the service adds it).
    "enkelt": {
        "kind": "guide",
        "text": "En låg altan kräver oftast **inte bygglov**.",
        **_FROM_ARTICLE,
        "article_version": 1,
    },
    "bygga": {
        "kind": "clarify",
        "text": "Jag vill vara säker på att jag förstår. Vad gäller din fråga?",
        "buttons": [
            {"kind": "topic", "topic": ALTAN, "label": "En altan"},
            {"kind": "topic", "topic": "bygglov-attefall", "label": "Ett attefallshus"},
            _PERSON,
        ],
    },
    "skript": {"kind": "answer", "text": SCRIPT_IN_ANSWER, "rosa_level": 1},
    "långt": {"kind": "answer", "text": "\n\n".join(["Ett långt stycke som tar plats. " * 8] * 12), "rosa_level": 1},
}
_CHAT = {"kind": "chat", "text": "Hej! Vad undrar du?"}
_HANDED_OVER = {
    "oklart": {"reason": "unsure", "topic": ALTAN, "text": None},
    "eld": {"reason": "urgent_topic", "topic": "akut-nodbistand", "text": "**Ring 112** om någon är i fara."},
}


class ScriptedBot:
    def __init__(self, service_url: str, internal_token: str) -> None:
        self.heard: list[str] = []
        self._action_server = httpx.AsyncClient(
            base_url=service_url,
            headers={"Authorization": f"Bearer {internal_token}"},
            timeout=_PATIENCE_SECONDS,
        )

    async def take_turn(
        self, *, conversation_id: UUID, message_id: UUID, language: str, text: str, choice: str | None
    ) -> Turn:
        self.heard.append(text)
        if choice is not None:
            return _turn(message_id, {"kind": "answer", "text": f"Du valde {choice}.", **_FROM_ARTICLE}, "chosen")
        if text.startswith(LOOK_UP):
            return _turn(message_id, await self._article(text.removeprefix(LOOK_UP)), "sure")
        for word, handover in _HANDED_OVER.items():
            if word in text:
                await self._hand_over(conversation_id, message_id, language, handover)
                kind = "urgent" if handover["reason"] == "urgent_topic" else "handover"
                return _turn(message_id, {"kind": kind}, "unsure")
        reply = next((reply for word, reply in _REPLIES.items() if word in text), _CHAT)
        return _turn(message_id, reply, "unclear" if reply["kind"] == "clarify" else "sure")

    async def read(
        self, *, conversation_id: UUID, message_id: UUID, language: str, text: str, choice: str | None
    ) -> Reading:
        del conversation_id, language, choice
        urgent = {"topic": str(_HANDED_OVER["eld"]["topic"]), "confidence": 0.97} if "eld" in text else None
        understanding = {"certainty": "sure" if urgent else "unsure", "candidates": CANDIDATES, "urgent": urgent}
        return Reading.model_validate({"message_id": message_id, "understanding": understanding})

    async def _article(self, topic: str) -> dict[str, Any]:
        response = await self._action_server.get(f"/internal/articles/{topic}")
        article = response.raise_for_status().json()
        told = {name: article[name] for name in ("text", "topic", "rosa_level", "department", "reviewed_on", "sources")}
        return {"kind": "answer", "article_version": article["version"], **told}

    async def _hand_over(
        self, conversation_id: UUID, message_id: UUID, language: str, handover: dict[str, Any]
    ) -> None:
        evidence = {"candidates": CANDIDATES, "threshold": 0.71, "model_version": "modell-1", "language": language}
        response = await self._action_server.post(
            "/internal/handovers",
            json={
                "conversation_id": str(conversation_id),
                "message_id": str(message_id),
                "evidence": {"certainty": "unsure", "articles_tried": [ALTAN], **evidence},
                **handover,
            },
        )
        response.raise_for_status()

    async def is_healthy(self) -> bool:
        return True

    async def close(self) -> None:
        await self._action_server.aclose()


def _turn(message_id: UUID, reply: dict[str, Any], certainty: str) -> Turn:
    understanding = {"certainty": certainty, "candidates": CANDIDATES, "threshold": 0.71, "model_version": "modell-1"}
    return Turn.model_validate({"message_id": message_id, "understanding": understanding, "replies": [reply]})
