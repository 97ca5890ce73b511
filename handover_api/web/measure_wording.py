"""What editors read about how a model has been measured."""

from handover_api.rules.gate import LESS_IS_BETTER, Measure, Verdict

NAMES = {
    Measure.RIGHT: "Svarar rätt själv",
    Measure.WRONG: "Svarar fel",
    Measure.COVERAGE: "Kan svara på utan fler fel än tillåtet",
    Measure.RECOGNISED: "Känner igen frågor som den inte har tränat på",
    Measure.OUT_OF_SCOPE: "Svarar på det som inget ämne svarar på",
    Measure.URGENT: "Känner igen fara",
    Measure.FALSE_ALARMS: "Tar vanliga frågor för fara",
}
HINTS = {
    Measure.RIGHT: "Av provfrågorna. Resten går till en människa, eller så frågar boten vilket ämne som menas.",
    Measure.WRONG: "Av provfrågorna.",
    Measure.COVERAGE: "Av provfrågorna, om boten vågar så mycket som den får.",
    Measure.RECOGNISED: "Boten tränas på två tredjedelar av ämnenas frågor och får gissa ämnet för resten.",
    Measure.OUT_OF_SCOPE: "Av frågor som andra än kommunen svarar på. De ska gå till en människa.",
    Measure.URGENT: (
        "Av frågor om fara för någon. De ska alltid kännas igen. Jämförs med den bästa modellen som har använts, "
        "och modellen får inte tappa fler frågor än slumpen förklarar."
    ),
    Measure.FALSE_ALARMS: "Av provfrågorna som inte handlar om fara.",
}
VERDICTS = {
    Verdict.BETTER: "Bättre",
    Verdict.SAME: "Lika",
    Verdict.WORSE: "Sämre, men inom gränsen",
    Verdict.BEYOND: "Sämre än gränsen",
    Verdict.ALONE: "Inget att jämföra med",
}
OUTSIDE = "det som inget ämne svarar på"
CAME_UNEXAMINED = (
    "Modellen följde med programmet och har inte prövats här. Bara det som träningen själv mätte går att jämföra."
)
NOT_EXAMINED = "Modellen är inte prövad. Träna en ny modell."
NOT_BESIDE = (
    "Modellen som används nu har inte fått samma provfrågor. Därför är jämförelsen mindre säker. "
    "En ny träning jämför med den."
)


def allowed(measure: Measure, limit: float) -> str:
    """How much worse than the model in use a new one may be."""
    points = f"{limit * 100:.1f}".replace(".", ",")
    return f"Får vara högst {points} procentenheter {'högre' if measure in LESS_IS_BETTER else 'lägre'}."
