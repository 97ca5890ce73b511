"""The bot is not sure what the message is about: one question back, or a person."""

from __future__ import annotations

from typing_extensions import override

from actions.base import Outcome, SafeAction
from actions.decision import Kind, Reason, decide_on_doubt
from actions.replies import clarify_reply
from actions.turn import Turn


class ResolveDoubt(SafeAction):
    @override
    def name(self) -> str:
        return "action_resolve_doubt"

    @override
    async def act(self, turn: Turn) -> Outcome:
        catalogue = await self.service.catalogue()
        decision = decide_on_doubt(turn.understanding, catalogue, turn.earlier_doubts)
        if decision.kind is Kind.CLARIFY:
            available = await self.availability(None, turn)
            return Outcome(clarify_reply(decision, catalogue, available), doubts=(turn.message_id,))
        if decision.reason is Reason.LANGUAGE:
            return await self.hand_over_in_their_language(turn, decision)
        if decision.reason is Reason.PERSONAL_MATTER:
            return await self.hand_over_personal_matter(turn, decision)
        return await self.hand_over(turn, decision)
