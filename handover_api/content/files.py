"""Content read from files (docs/contracts/content.md).

`data/topics.tsv`, `data/local_facts.yml` and `data/knowledge/<area>/<topic>.md`. `written.py` writes the same.
"""

import csv
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from handover_api.content.schemas import NextStepRead, SourceRead
from handover_api.rules.article import MAX_WORDS, ArticleText, Fault, FaultKind, NextStep, Source, faults
from handover_api.rules.see_also import topic_of

CHECKLIST = "Checklista"
EASY = "Lättläst"
ENGLISH = "English"
SECTION = re.compile(rf"^## ({CHECKLIST}|{EASY}|{ENGLISH})[^\S\n]*$", re.MULTILINE)
_FENCE = re.compile(r"^---\n", re.MULTILINE)


class ContentError(Exception):
    """A content file cannot be used; the message names the file and the reason."""


@dataclass(frozen=True)
class TopicRow:
    id: str
    title: str
    area: str
    rosa_level: int | None
    handling: str
    answer_group: str
    touches_secrecy: bool
    position: int
    must_contain: str
    legal_basis: str
    seed_ref: str
    hard_negatives: str


class _FrontMatter(BaseModel):
    model_config = ConfigDict(extra="forbid")

    topic: str
    title: str
    area: str
    rosa_level: int | None = None
    handling: str
    answer_group: str
    department: str = Field(min_length=1)
    sources: list[SourceRead] = []
    next_steps: list[NextStepRead] = []
    reviewed_on: date
    review_by: date


@dataclass(frozen=True, kw_only=True)
class ArticleFile(ArticleText):
    topic: str
    reviewed_on: date


def read_topics(path: Path) -> dict[str, TopicRow]:
    """The catalogue by id.

    Raises:
        ContentError: the file is missing, a column is missing or an id stands twice.
    """
    try:
        with path.open(encoding="utf-8", newline="") as file:
            rows = [
                TopicRow(
                    id=row["id"],
                    title=row["title_sv"],
                    area=row["area"],
                    rosa_level=int(row["rosa_level"]) if row["rosa_level"] else None,
                    handling=row["handling"],
                    answer_group=row["answer_group"],
                    touches_secrecy=row["secrecy"] == "yes",
                    position=position,
                    must_contain=row.get("must_contain_sv") or "",
                    legal_basis=row.get("legal_basis") or "",
                    seed_ref=row.get("seed_ref") or "",
                    hard_negatives=row.get("hard_negatives") or "",
                )
                for position, row in enumerate(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
            ]
    except (OSError, KeyError, ValueError) as error:
        raise ContentError(f"{path} cannot be read as a topic catalogue: {error!r}") from error
    topics = {row.id: row for row in rows}
    if len(topics) != len(rows):
        raise ContentError(f"{path} holds the same topic id twice")
    return topics


def read_local_facts(path: Path) -> dict[str, str]:
    """The local facts by name.

    Raises:
        ContentError: the file is missing or is not a list of `name: value`.
    """
    try:
        facts = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, yaml.YAMLError) as error:
        raise ContentError(f"{path} cannot be read: {error}") from error
    if not isinstance(facts, dict) or not all(isinstance(name, str) for name in facts):
        raise ContentError(f"{path} must hold `name: value` lines")
    return {name: str(value) for name, value in facts.items()}


def read_headings(path: Path) -> dict[str, str]:
    """The lines of comment and the empty lines before each local fact, by its name; nothing for most.

    Raises:
        ContentError: the file cannot be read.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    except (OSError, ValueError) as error:
        raise ContentError(f"{path} cannot be read: {error}") from error
    headings: dict[str, str] = {}
    heading = ""
    for line in lines:
        if line.startswith("#") or not line.strip():
            heading += line
        elif line[0].strip() and ":" in line:  # Not the next line of a value.
            headings[line.split(":", 1)[0]] = heading
            heading = ""
    return {name: heading for name, heading in headings.items() if heading}


def read_article(path: Path, topics: dict[str, TopicRow], facts: dict[str, str]) -> ArticleFile:
    """One article, checked against the catalogue and the facts.

    Raises:
        ContentError: with the file and what is wrong in it.
    """
    try:
        _, front_matter, body = _FENCE.split(path.read_text(encoding="utf-8"), 2)
        front = _FrontMatter.model_validate(yaml.load(front_matter, Loader=yaml.BaseLoader))  # noqa: S506 - plain text only
    except (OSError, ValueError, yaml.YAMLError, ValidationError) as error:
        raise ContentError(f"{path}: the front matter cannot be read: {error}") from error
    text, *rest = SECTION.split(body)
    sections = dict(zip(rest[::2], rest[1::2], strict=True))
    article = ArticleFile(
        topic=front.topic,
        text=text.strip(),
        easy_text=sections.get(EASY, "").strip(),
        english_text=sections.get(ENGLISH, "").strip(),
        checklist=sections.get(CHECKLIST, "").strip(),
        department=front.department,
        sources=[Source(title=source.title, url=source.url) for source in front.sources],
        next_steps=[NextStep(label=step.label, url=step.url) for step in front.next_steps],
        reviewed_on=front.reviewed_on,
        review_by=front.review_by,
    )
    for step in article.next_steps:
        if (other := topic_of(step["url"])) and other not in topics:
            raise ContentError(f"{path}: a next step leads to the topic {other}, which is not in the catalogue")
    for problem in _problems(front, article, topics.get(front.topic), facts, path):
        raise ContentError(f"{path}: {problem}")
    return article


def _problems(
    front: _FrontMatter, article: ArticleFile, topic: TopicRow | None, facts: Mapping[str, str], path: Path
) -> Iterator[str]:
    if topic is None:
        yield f"the topic {front.topic} is not in the catalogue"
        return
    for name, actual, expected in [
        ("file name", path.stem, topic.id),
        ("folder", path.parent.name, topic.area),
        ("area", front.area, topic.area),
        ("handling", front.handling, topic.handling),
        ("answer_group", front.answer_group, topic.answer_group),
        ("title", front.title, topic.title),
        ("rosa_level", front.rosa_level, topic.rosa_level),
    ]:
        if actual != expected:
            yield f"{name} is {actual!r}, but the catalogue says {expected!r}"
    yield from map(_sentence, faults(article, topic.handling, facts))


def _sentence(fault: Fault) -> str:
    known = {
        ("text", FaultKind.MISSING): "there is no text for the resident",
        ("checklist", FaultKind.MISSING): "a topic that goes to a person needs a checklist",
        ("checklist", FaultKind.TOO_LONG): "the checklist is too long",
    }.get((fault.field, fault.kind))
    by_kind = {
        FaultKind.TOO_LONG: f"the text has more than {MAX_WORDS} words",
        FaultKind.HEADING_OR_HTML: "the text for the resident may not hold headings or HTML",
        FaultKind.UNKNOWN_FACT: f"{{{fault.word}}} is not a local fact",
        FaultKind.BAD_ADDRESS: f"{fault.word} in {fault.field} is not an address",
    }
    return known or by_kind.get(fault.kind) or f"{fault.field} cannot be used: {fault.kind}"
