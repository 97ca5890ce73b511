"""What the phrases say of a group that no person has said anything of."""

from dataclasses import replace

from sqlalchemy.ext.asyncio import AsyncSession

from handover_api.phrases.known import KnownPhrases
from handover_api.questions.reading import Group
from handover_api.rules.masks import without_masks
from handover_api.rules.phrase import OUTSIDE
from handover_api.rules.phrase_advice import guess
from handover_api.rules.suggestion import Ground, Suggestion

# The topic's part of all that speaks for any, from which it is right three times in four.
_LEAST_SHARE = 0.4


async def ask_the_phrases(session: AsyncSession, known: KnownPhrases, group: Group) -> Group:
    """The group with the topic whose phrases are most like its clearest question, unless people have said more."""
    if group.suggestion is not None and group.suggestion.ground is not Ground.BELIEVED:
        return group
    guesses = await known.ask(session, lambda index: guess(index, without_masks(group.texts[0])))
    best = next((each for each in guesses if each.topic != OUTSIDE), None)
    if best is None or best.share < _LEAST_SHARE:
        return group
    return replace(group, suggestion=Suggestion(best.topic, Ground.PHRASE, 1, best.phrases[0]))
