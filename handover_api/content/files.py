"""Content as files (docs/contracts/content.md).

`data/topics.tsv`, `data/local_facts.yml` and `data/knowledge/<area>/<topic>.md`.
"""

import csv
import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from handover_api.content.schemas import NextStepRead, SourceRead
from handover_api.rules.content import fact_names

MAX_WORDS = 120
_CHECKLIST = "Checklista"
_EASY = "Lättläst"
_SECTION = re.compile(rf"^## ({_CHECKLIST}|{_EASY})[^\S\n]*$", re.MULTILINE)
_HEADING_OR_HTML = re.compile(r"^#|<[a-z/!]", re.MULTILINE | re.IGNORECASE)
_NEEDS_CHECKLIST = frozenset({"handover", "urgent"})


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
    next_steps: list[NextStepRead] = Field(default=[], max_length=3)
    reviewed_on: date
    review_by: date


@dataclass(frozen=True)
class ArticleFile:
    topic: str
    text: str
    easy_text: str
    checklist: str
    department: str
    sources: list[dict[str, str | None]]
    next_steps: list[dict[str, str]]
    reviewed_on: date
    review_by: date


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
                )
                for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
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


def read_article(path: Path, topics: dict[str, TopicRow], facts: dict[str, str]) -> ArticleFile:
    """One article, checked against the catalogue and the facts.

    Raises:
        ContentError: with the file and what is wrong in it.
    """
    try:
        _, front_matter, body = path.read_text(encoding="utf-8").split("---\n", 2)
        front = _FrontMatter.model_validate(yaml.load(front_matter, Loader=yaml.BaseLoader))  # noqa: S506 - plain text only
    except (OSError, ValueError, yaml.YAMLError, ValidationError) as error:
        raise ContentError(f"{path}: the front matter cannot be read: {error}") from error
    text, *rest = _SECTION.split(body)
    sections = dict(zip(rest[::2], rest[1::2], strict=True))
    article = ArticleFile(
        topic=front.topic,
        text=text.strip(),
        easy_text=sections.get(_EASY, "").strip(),
        checklist=sections.get(_CHECKLIST, "").strip(),
        department=front.department,
        sources=[source.model_dump() for source in front.sources],
        next_steps=[step.model_dump() for step in front.next_steps],
        reviewed_on=front.reviewed_on,
        review_by=front.review_by,
    )
    for problem in _problems(front, article, topics.get(front.topic), facts, path):
        raise ContentError(f"{path}: {problem}")
    return article


def _problems(
    front: _FrontMatter, article: ArticleFile, topic: TopicRow | None, facts: dict[str, str], path: Path
) -> list[str]:
    if topic is None:
        return [f"the topic {front.topic} is not in the catalogue"]
    problems = [
        f"{name} is {actual!r}, but the catalogue says {expected!r}"
        for name, actual, expected in [
            ("file name", path.stem, topic.id),
            ("folder", path.parent.name, topic.area),
            ("area", front.area, topic.area),
            ("handling", front.handling, topic.handling),
            ("answer_group", front.answer_group, topic.answer_group),
            ("title", front.title, topic.title),
            ("rosa_level", front.rosa_level, topic.rosa_level),
        ]
        if actual != expected
    ]
    if not article.text:
        problems.append("there is no text for the resident")
    if max(len(article.text.split()), len(article.easy_text.split())) > MAX_WORDS:
        problems.append(f"the text has more than {MAX_WORDS} words")
    if _HEADING_OR_HTML.search(f"{article.text}\n{article.easy_text}"):
        problems.append("the text for the resident may not hold headings or HTML")
    if topic.handling in _NEEDS_CHECKLIST and not article.checklist:
        problems.append("a topic that goes to a person needs a checklist")
    urls = [step["url"] for step in article.next_steps] + [source["url"] or "" for source in article.sources]
    used = fact_names(" ".join([article.text, article.easy_text, article.checklist, *urls]))
    return problems + [f"{{{name}}} is not a local fact" for name in used if name not in facts]
