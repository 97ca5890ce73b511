"""A folder of content files with three topics, small enough to spoil one thing at a time."""

from dataclasses import dataclass
from pathlib import Path

COLUMNS = (
    "id area rosa_level handling answer_group secrecy title_sv must_contain_sv legal_basis seed_ref hard_negatives"
)
TOPICS = (
    ("radon", "miljo-halsa", "1", "answer", "bygga-bo-miljo", "no", "Hur mäter jag radon?"),
    ("bygglov-altan", "bygga-bo", "2", "guide", "bygga-bo-miljo", "no", "Behöver jag bygglov för en altan?"),
    ("akut-fara", "ovriga-myndigheter", "3", "urgent", "allmant", "yes", "Det brinner"),
)
FACTS = 'lank_radon: https://www.exempelkommunen.example/radon\ntelefon: "0980-319 200"\nkommun: Exempelö\n'

RADON = """\
---
topic: radon
title: Hur mäter jag radon?
area: miljo-halsa
rosa_level: 1
handling: answer
answer_group: bygga-bo-miljo
department: Miljönämnden
sources:
  - title: Råd om radon
    url: "{lank_radon}"
next_steps:
  - label: Läs mer
    url: "{lank_radon}"
reviewed_on: 2026-11-01
review_by: 2027-11-01
---
Beställ mätdosor. Ring {telefon} om du undrar något.
"""

ALTAN = """\
---
topic: bygglov-altan
title: Behöver jag bygglov för en altan?
area: bygga-bo
rosa_level: 2
handling: guide
answer_group: bygga-bo-miljo
department: Byggnadsnämnden
sources: []
next_steps:
  - label: Om radon
    url: amne:radon
reviewed_on: 2026-11-01
review_by: 2027-11-01
---
Oftast inte.
"""

URGENT = """\
---
topic: akut-fara
title: Det brinner
area: ovriga-myndigheter
rosa_level: 3
handling: urgent
answer_group: allmant
department: Räddningsnämnden
reviewed_on: 2026-11-01
review_by: 2027-11-01
---
**Ring 112 nu.**

## Checklista

- Fråga om personen har ringt 112.
- Kontaktcentrets nummer är {telefon}.
"""


@dataclass(frozen=True)
class ContentFolder:
    path: Path

    @classmethod
    def write(cls, path: Path) -> "ContentFolder":
        folder = cls(path)
        rows = ["\t".join(COLUMNS.split()), *("\t".join([*topic, "", "", "", ""]) for topic in TOPICS)]
        for file, text in [
            (folder.topics, "\n".join(rows) + "\n"),
            (folder.facts, FACTS),
            (folder.radon, RADON),
            (folder.urgent, URGENT),
        ]:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
        return folder

    def add_round(self) -> None:
        """A second article, and in each of the two a step to the other."""
        self.altan.parent.mkdir()
        self.altan.write_text(ALTAN, encoding="utf-8")
        out = '  - label: Läs mer\n    url: "{lank_radon}"\n'
        replace(self.radon, out, f"{out}  - label: Om altaner\n    url: amne:bygglov-altan\n")

    @property
    def topics(self) -> Path:
        return self.path / "topics.tsv"

    @property
    def facts(self) -> Path:
        return self.path / "local_facts.yml"

    @property
    def radon(self) -> Path:
        return self.path / "knowledge" / "miljo-halsa" / "radon.md"

    @property
    def altan(self) -> Path:
        return self.path / "knowledge" / "bygga-bo" / "bygglov-altan.md"

    @property
    def urgent(self) -> Path:
        return self.path / "knowledge" / "ovriga-myndigheter" / "akut-fara.md"


def replace(file: Path, old: str, new: str) -> None:
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new), encoding="utf-8")
