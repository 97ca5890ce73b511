"""Everything that the bot says in its own words, apart from the articles. In Swedish, for residents."""

PERSON_BUTTON = "Prata med en människa"

CLARIFY_WITH_TOPICS = "Jag är inte säker på att jag förstod dig rätt. Menar du något av det här?"
CLARIFY_WITHOUT_TOPICS = (
    "Jag förstod inte riktigt vad du vill veta. Kan du skriva din fråga med andra ord? "
    "Du kan också prata med en människa direkt."
)
FAILURE = (
    "Något gick fel hos oss, så jag kan inte svara just nu. Försök gärna igen om en stund, eller prata med en människa."
)
# Said before a person takes over what concerns somebody's own case.
PERSONAL_MATTER = (
    "Jag kan inte se vad som gäller just dig eller ditt ärende, så en medarbetare tar över här i chatten. "
    "Skriv inte ditt personnummer här."
)
# Said only when the article of an urgent topic is missing or too old to be shown.
URGENT_WITHOUT_ARTICLE = (
    "Är det fara för liv, hälsa eller egendom? Ring **112** genast. En medarbetare hos oss får din fråga först i kön."
)
