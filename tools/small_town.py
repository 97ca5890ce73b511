"""A clone of the project with a handful of its topics: trained in seconds, and in all else the whole system."""

import csv
import shutil
from collections.abc import Callable, Iterable
from pathlib import Path

import yaml

ROOT = Path(__file__).parent.parent
TOPICS = (
    *("bygglov-altan", "bygglov-mitt-arende", "radon", "atervinningscentral", "slamtomning", "forskola-ansoka-plats"),
    *("forskola-avgift", "bibliotek-oppettider", "bibliotek-lanekort", "fardtjanst-ansoka", "parkering-regler"),
    *("vigsel-borgerlig", "hemtjanst-ansoka", "akut-fara-112", "vald-nara-relation"),
    *("halsning", "tack", "adjo", "prata-med-manniska"),
)
PHRASES_EACH = 30
# Of what no topic answers, and of what looks like danger or one's own matter: every so many.
ONE_IN = 8
CODE = ("actions", "bot", "decide", "handover_api", "learning", "requirements")
FILES = ("config.yml", "domain.yml", "endpoints.yml", "credentials.yml")
CONTENT = ("languages.yml", "local_facts.yml", "rules", "sites.yml")
# What only looks like danger.
CALM = "calm"


def build_small_town(folder: Path) -> Path:
    """Returns the folder, from which `python3 -m stack run` starts the system."""
    folder.mkdir(mode=0o711)
    data, models, environments = folder / "data", folder / "models", folder / ".venv"
    for each in (data, models, environments):
        each.mkdir()
    for name in (*CODE, *FILES):
        (folder / name).symlink_to(ROOT / name)
    # What starts the system runs it from the folder where it lies itself.
    shutil.copytree(ROOT / "stack", folder / "stack", ignore=shutil.ignore_patterns("__pycache__"))
    for name in CONTENT:
        (data / name).symlink_to(ROOT / "data" / name)
    # What is built here stays here; only what is installed and never changed is shared.
    for path in (ROOT / ".venv").iterdir():
        if path.is_dir():
            (environments / path.name).symlink_to(path.resolve())
    (models / "spacy_sv").symlink_to((ROOT / "models" / "spacy_sv").resolve())
    _write_organisation(data)
    _write_topics(data)
    _write_phrases(data)
    _write_questions(data)
    return folder


def _write_organisation(data: Path) -> None:
    organisation = yaml.load((ROOT / "data" / "organisation.yml").read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    organisation["due_times"] = {topic: days for topic, days in organisation["due_times"].items() if topic in TOPICS}
    text = yaml.dump(organisation, allow_unicode=True, sort_keys=False)
    (data / "organisation.yml").write_text(text, encoding="utf-8")


def _write_topics(data: Path) -> None:
    topics = _copy_rows("topics.tsv", data, lambda row: row["id"] in TOPICS)
    if missing := set(TOPICS) - {row["id"] for row in topics}:
        raise ValueError(f"there are no topics {', '.join(sorted(missing))}")
    for row in topics:
        article = Path("knowledge") / row["area"] / f"{row['id']}.md"
        if (ROOT / "data" / article).is_file():
            (data / article).parent.mkdir(parents=True, exist_ok=True)
            (data / article).symlink_to(ROOT / "data" / article)


def _write_phrases(data: Path) -> None:
    (data / "nlu").mkdir()
    for path in sorted((ROOT / "data" / "nlu").glob("*.yml")):
        entries = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)["nlu"]
        kept = [entry for entry in entries if entry["intent"].removeprefix("topic/") in (*TOPICS, "unsure")]
        if kept:
            lines = ['version: "3.1"', "nlu:"]
            for entry in kept:
                phrases = [line for line in entry["examples"].splitlines() if line.strip()][:PHRASES_EACH]
                lines += [f"- intent: {entry['intent']}", "  examples: |", *(f"    {phrase}" for phrase in phrases)]
            (data / "nlu" / path.name).write_text("\n".join(lines) + "\n", encoding="utf-8")


def _write_questions(data: Path) -> None:
    for name in ("calibration", "detectors"):
        (data / name).mkdir()
    _copy_rows("calibration/questions.tsv", data, lambda row: row["topic"] in TOPICS)
    _copy_rows("calibration/personal.tsv", data, lambda row: row["topic"].removeprefix("general:") in TOPICS)
    _copy_rows("calibration/danger.tsv", data, _is_of_a_topic("topic"))
    _copy_rows("calibration/out_of_scope.tsv", data, _every_so_many())
    _copy_rows("detectors/danger.tsv", data, _is_of_a_topic("label"))
    _copy_rows("detectors/personal.tsv", data, _every_so_many())


def _is_of_a_topic(column: str) -> Callable[[dict[str, str]], bool]:
    is_taken = _every_so_many()
    return lambda row: row[column] in TOPICS or (row[column] == CALM and is_taken(row))


def _every_so_many() -> Callable[[dict[str, str]], bool]:
    seen = 0

    def is_taken(_: dict[str, str]) -> bool:
        nonlocal seen
        seen += 1
        return seen % ONE_IN == 0

    return is_taken


def _copy_rows(name: str, data: Path, is_wanted: Callable[[dict[str, str]], bool]) -> list[dict[str, str]]:
    with (ROOT / "data" / name).open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        columns, kept = list(rows.fieldnames or ()), [row for row in rows if is_wanted(row)]
    _write_rows(data / name, columns, (row.values() for row in kept))
    return kept


def _write_rows(path: Path, columns: list[str], rows: Iterable[Iterable[str]]) -> None:
    lines = ["\t".join(columns), *("\t".join(row) for row in rows)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
