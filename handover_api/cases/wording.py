"""What the resident reads when a person is asked for, comes and goes."""

from handover_api.rules.case import Reason

_WHY = {
    Reason.UNSURE: "Jag är inte säker på svaret, så jag låter en människa ta över.",
    Reason.ASKED_FOR_PERSON: "Du får prata med en människa.",
    Reason.LANGUAGE: "Du skriver på ett språk som jag inte kan svara på, så jag låter en människa ta över.",
    Reason.HANDOVER_TOPIC: "Det här behöver en människa titta på.",
    Reason.PERSONAL_MATTER: "Frågan gäller ditt eget ärende.",
    Reason.URGENT_TOPIC: "Jag kopplar dig genast till en människa.",
    Reason.ARTICLE_MISSING: "Jag har inget färdigt svar på det, så jag låter en människa ta över.",
    Reason.ARTICLE_EXPIRED: "Mitt svar om det här behöver ses över först, så jag låter en människa ta över.",
    Reason.FAILURE: "Något gick fel hos mig, så jag låter en människa ta över.",
}

# Said only when the article of an urgent topic is missing or too old to be shown.
URGENT_WITHOUT_ARTICLE = (
    "Är det fara för liv, hälsa eller egendom? Ring **112** genast. "
    "Vänta inte på svar här i chatten. En medarbetare får ditt ärende först i kön."
)
HANDED_BACK = "Medarbetaren har lämnat samtalet. Nu svarar chattboten igen. Du kan be om en människa när du vill."
CLOSED = "Samtalet är avslutat. Vill du fråga något mer kan du börja ett nytt samtal."

ENDED_BY_RESIDENT = "Samtalet är avslutat av den som frågade."


def in_queue(reason: Reason, reference: str, position: int) -> str:
    return (
        f"{_WHY[reason]} Du står på plats {position} i kön. "
        f"Den som svarar ser allt du redan har skrivit. Ditt ärendenummer är {reference}."
    )


def agent_joined(name: str) -> str:
    return f"{name} har tagit över samtalet och har läst det du har skrivit."
