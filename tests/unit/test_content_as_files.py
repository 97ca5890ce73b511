"""Content written as files is read again as the same content."""

from dataclasses import asdict
from datetime import date
from pathlib import Path

import pytest
import yaml
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from handover_api.content.drafts import storable
from handover_api.content.files import (
    ArticleFile,
    TopicRow,
    read_article,
    read_headings,
    read_local_facts,
    read_topics,
)
from handover_api.content.written import article_as_file, article_path, facts_as_file, topics_as_file
from handover_api.models import ArticleVersion, LocalFact, Topic
from handover_api.rules.article import ArticleText, faults

DATA = Path(__file__).parents[2] / "data"

# What is special to YAML, Markdown and the files themselves, beside letters of all kinds.
SPECIAL = st.sampled_from(
    ["---\n", "\n---\n", "##", ": ", "#", "- ", '"', "'", "\\", "{", "}", "[", "|", "é", "\ufffe"]
)
ANYTHING = st.lists(SPECIAL | st.text(max_size=12), max_size=6).map("".join)
ONE_LINE = ANYTHING.map(lambda text: " ".join(text.split()))
ADDRESSES = st.sampled_from(["https://a.example/?a=b&c=#d", "{lank}", "tel:0980-319200", "https://å.example/'x'"])
DAYS = st.dates(date(2020, 1, 1), date(2040, 1, 1))

TOPIC = TopicRow(
    id="radon",
    title="Hur mäter jag radon?",
    area="miljo-halsa",
    rosa_level=1,
    handling="answer",
    answer_group="allmant",
    touches_secrecy=False,
    position=0,
    must_contain="",
    legal_basis="",
    seed_ref="",
    hard_negatives="",
)
FACTS = {"lank": "https://www.exempelkommunen.example/"}


@st.composite
def articles(draw: st.DrawFn) -> ArticleText:
    """Such as an editor could have published."""
    written = storable(
        ArticleText(
            text=draw(ANYTHING),
            easy_text=draw(ANYTHING),
            english_text=draw(ANYTHING),
            checklist=draw(ANYTHING),
            department=draw(ONE_LINE),
            sources=[
                {"title": title, "url": url}
                for title, url in draw(st.lists(st.tuples(ONE_LINE, st.none() | ADDRESSES), max_size=3))
            ],
            next_steps=[
                {"label": label, "url": url}
                for label, url in draw(st.lists(st.tuples(ONE_LINE, ADDRESSES), max_size=3))
            ],
            review_by=draw(DAYS),
        )
    )
    assume(not [*faults(written, TOPIC.handling, FACTS)])
    return written


@settings(suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow], deadline=None)
@given(written=articles(), reviewed_on=DAYS)
def test_an_article_comes_back_as_it_was_written(
    tmp_path_factory: pytest.TempPathFactory, written: ArticleText, reviewed_on: date
) -> None:
    topic = Topic(**asdict(TOPIC))
    path = tmp_path_factory.getbasetemp() / article_path(topic)
    path.parent.mkdir(parents=True, exist_ok=True)
    version = ArticleVersion(**asdict(written), reviewed_on=reviewed_on)
    path.write_text(article_as_file(topic, version), encoding="utf-8")
    expected = ArticleFile(**vars(written), topic="radon", reviewed_on=reviewed_on)
    assert read_article(path, {"radon": TOPIC}, FACTS) == expected


@settings(deadline=None)
@given(
    st.dictionaries(
        st.text("abc_1", min_size=1).map("f_".__add__),
        ANYTHING.map(str.strip).filter(lambda text: "\n" not in text)
        | st.from_regex(r"[0-9:.,-]{1,9}", fullmatch=True),
        min_size=1,
        max_size=5,
    )
)
def test_local_facts_come_back_as_they_were(tmp_path_factory: pytest.TempPathFactory, facts: dict[str, str]) -> None:
    path = tmp_path_factory.getbasetemp() / "facts.yml"
    rows = [
        LocalFact(name=name, value=value, heading="# A\n" if name == "f_a" else "") for name, value in facts.items()
    ]
    path.write_text(facts_as_file(rows), encoding="utf-8")
    assert read_local_facts(path) == facts
    assert read_headings(path) == ({"f_a": "# A\n"} if "f_a" in facts else {})


def test_the_catalogue_of_the_repository_is_written_byte_for_byte() -> None:
    topics = [Topic(**asdict(row)) for row in read_topics(DATA / "topics.tsv").values()]
    assert topics_as_file(topics) == (DATA / "topics.tsv").read_text(encoding="utf-8")


def test_the_local_facts_of_the_repository_are_written_byte_for_byte() -> None:
    path = DATA / "local_facts.yml"
    headings = read_headings(path)
    facts = [
        LocalFact(name=name, value=value, heading=headings.get(name, ""))
        for name, value in read_local_facts(path).items()
    ]
    assert facts_as_file(facts) == path.read_text(encoding="utf-8")


def test_the_articles_of_the_repository_are_written_byte_for_byte() -> None:
    topics, facts = read_topics(DATA / "topics.tsv"), read_local_facts(DATA / "local_facts.yml")
    paths = sorted(DATA.glob("knowledge/*/*.md"))
    assert paths
    for path in paths:
        values = asdict(read_article(path, topics, facts))
        topic = Topic(**asdict(topics[values.pop("topic")]))
        assert article_as_file(topic, ArticleVersion(**values)) == path.read_text(encoding="utf-8"), path


def test_what_is_not_swedish_stands_behind_the_heading_where_the_bot_stops_reading() -> None:
    version = ArticleVersion(
        text="Mät radon.",
        easy_text="",
        english_text="Measure it.",
        checklist="",
        department="Miljönämnden",
        sources=[],
        next_steps=[],
        reviewed_on=date(2026, 11, 1),
        review_by=date(2027, 11, 1),
    )
    written = article_as_file(Topic(**asdict(TOPIC)), version)
    assert written.endswith("Mät radon.\n\n## Checklista\n\n## English\n\nMeasure it.\n")
    front_matter = yaml.safe_load(written.split("---\n")[1])
    assert front_matter["topic"] == "radon"
