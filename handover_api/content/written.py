"""Content written as files, exactly as `files.py` reads them (docs/contracts/content.md)."""

import re
from collections.abc import Iterable, Iterator

import yaml

from handover_api.content.files import CHECKLIST, EASY, ENGLISH
from handover_api.models import ArticleVersion, LocalFact, Topic

TOPICS_FILE = "topics.tsv"
FACTS_FILE = "local_facts.yml"
_COLUMNS = (
    *("id", "area", "rosa_level", "handling", "answer_group", "secrecy", "title_sv", "must_contain_sv"),
    *("legal_basis", "seed_ref", "hard_negatives"),
)
_ANY_WIDTH = float("inf")
# Readers of YAML do not agree about digits with colons between them.
_LIKE_A_NUMBER = re.compile(r"[\d:]+")


def article_path(topic: Topic) -> str:
    return f"knowledge/{topic.area}/{topic.id}.md"


def topics_as_file(topics: Iterable[Topic]) -> str:
    rows = [
        (
            *(topic.id, topic.area, "" if topic.rosa_level is None else str(topic.rosa_level), topic.handling),
            *(topic.answer_group, "yes" if topic.touches_secrecy else "no", topic.title, topic.must_contain),
            *(topic.legal_basis, topic.seed_ref, topic.hard_negatives),
        )
        for topic in topics
    ]
    return "".join("\t".join(row) + "\n" for row in [_COLUMNS, *rows])


def facts_as_file(facts: Iterable[LocalFact]) -> str:
    return "".join(f"{fact.heading}{fact.name}: {_fact(fact.value)}\n" for fact in facts)


def article_as_file(topic: Topic, version: ArticleVersion) -> str:
    return "".join(f"{line}\n" for line in [*_front_matter(topic, version), *_body(version)])


def _front_matter(topic: Topic, version: ArticleVersion) -> Iterator[str]:
    yield "---"
    yield f"topic: {_text(topic.id)}"
    yield f"title: {_text(topic.title)}"
    yield f"area: {_text(topic.area)}"
    if topic.rosa_level is not None:
        yield f"rosa_level: {topic.rosa_level}"
    yield f"handling: {_text(topic.handling)}"
    yield f"answer_group: {_text(topic.answer_group)}"
    yield f"department: {_text(version.department)}"
    if version.sources:
        yield "sources:"
        for source in version.sources:
            yield f"  - title: {_text(source['title'])}"
            if source["url"]:
                yield f"    url: {_text(source['url'])}"
    else:
        yield "sources: []"
    if version.next_steps:
        yield "next_steps:"
        for step in version.next_steps:
            yield f"  - label: {_text(step['label'])}"
            yield f"    url: {_text(step['url'])}"
    yield f"reviewed_on: {version.reviewed_on.isoformat()}"
    yield f"review_by: {version.review_by.isoformat()}"
    yield "---"


def _body(version: ArticleVersion) -> Iterator[str]:
    yield version.text
    other_languages = [(EASY, version.easy_text), (ENGLISH, version.english_text)]
    # The bot learns what stands before this heading, and it learns Swedish.
    if version.checklist or any(text for _, text in other_languages):
        yield from ("", f"## {CHECKLIST}")
    if version.checklist:
        yield from ("", version.checklist)
    for heading, text in other_languages:
        if text:
            yield from ("", f"## {heading}", "", text)


def _text(value: str) -> str:
    """In the front matter, where everything is read as text."""
    return _plain_or_quoted(value, yaml.BaseLoader)


def _fact(value: str) -> str:
    """Among the local facts, where a number would be read as a number."""
    return _quoted(value) if _LIKE_A_NUMBER.fullmatch(value) else _plain_or_quoted(value, yaml.SafeLoader)


def _plain_or_quoted(value: str, loader: type[yaml.BaseLoader | yaml.SafeLoader]) -> str:
    try:
        is_plain = yaml.load(f"name: {value}", Loader=loader) == {"name": value}  # noqa: S506 - neither makes objects
    except yaml.YAMLError:
        is_plain = False
    return value if is_plain else _quoted(value)


def _quoted(value: str) -> str:
    quoted: str = yaml.safe_dump(value, default_style='"', allow_unicode=True, width=_ANY_WIDTH)
    return quoted.rstrip("\n")
