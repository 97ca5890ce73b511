"""Everything that the bot says in its own words, apart from the articles. For residents, and in Swedish but for a line.

A person is promised only as far as it is known that one is there; `available` is None when that could not be asked.
"""

from __future__ import annotations

from actions.clients.handover_api import Availability

PERSON_BUTTON = "Prata med en människa"

CLARIFY_WITH_TOPICS = "Jag är inte säker på att jag förstod dig rätt. Menar du något av det här?"
CLARIFY_WITHOUT_TOPICS = "Jag förstod inte riktigt vad du vill veta. Kan du skriva din fråga med andra ord?"
FAILURE = (
    "Något gick fel hos oss, så jag kan inte svara just nu. Försök gärna igen om en stund, eller prata med en människa."
)
# Said only when the article of an urgent topic is missing or too old to be shown.
URGENT_WITHOUT_ARTICLE = (
    "Är det fara för liv, hälsa eller egendom? Ring **112** genast. "
    "Vänta inte på svar här i chatten. En medarbetare hos oss får din fråga först i kön."
)
# Follows the sentence that a person can help, in the resident's own language, when nobody can do so at once.
LATER_IN_ENGLISH = (
    "Nobody can answer right now. You do not have to wait here. We keep your question, and the answer comes later."
)
LATER = "Ingen kan svara just nu. Du behöver inte vänta här. Vi sparar din fråga, och svaret kommer senare."


def personal_matter(available: Availability | None) -> str:
    """Said before a person gets what concerns somebody's own case; the service says when the answer may come."""
    what_happens = (
        "så en medarbetare tar över här i chatten"
        if available is not None and available.is_staffed
        else "så jag lämnar din fråga till en medarbetare"
    )
    return (
        f"Jag kan inte se vad som gäller just dig eller ditt ärende, {what_happens}. Skriv inte ditt personnummer här."
    )


def offer_of_a_person(available: Availability | None) -> str:
    """Stands beside the button for a person, where nothing else was understood."""
    if available is None:
        return "Du kan också be om en människa."
    return nobody_there(available) or "Du kan också prata med en människa direkt."


def nobody_there(available: Availability | None) -> str:
    """What whoever is offered a person has to know first; empty when one is there, or when that is not known."""
    if available is None or available.is_staffed:
        return ""
    if available.is_open:
        return "Ingen medarbetare är på plats just nu, men du kan lämna din fråga redan nu."
    if not available.opens_in_words:
        return "Medarbetarna har stängt just nu, men du kan lämna din fråga redan nu."
    return (
        f"Medarbetarna har stängt just nu. Vi öppnar {available.opens_in_words}, men du kan lämna din fråga redan nu."
    )
