"""What the rules say of other parts of the program, compared with them."""

import re

from repository import ROOT

from handover_api.rules.local_fact import SHOWN_BY_PAGES
from handover_api.rules.phrase import LEAST_TO_TRAIN
from handover_api.rules.topic import NAMED_BY_THE_PROGRAM

WEB = ROOT / "handover_api" / "web"
# As pages, and templates too, ask for a fact by its name.
BY_NAME = re.compile(r'facts\.get\(["\'](\w+)["\']|fact\(facts, "(\w+)"\)')
IN_TEMPLATES = re.compile(r"facts\.(?!get\b)(\w+)")


def test_the_facts_that_pages_show_are_those_that_cannot_be_removed() -> None:
    templates = [*WEB.glob("templates/resident/**/*.j2"), WEB / "templates" / "down.html.j2"]
    found = set()
    for file in [*templates, *WEB.glob("*.py")]:
        text = file.read_text(encoding="utf-8")
        found |= {name for names in BY_NAME.findall(text) for name in names if name}
        if file in templates:
            found |= set(IN_TEMPLATES.findall(text))
    assert found == SHOWN_BY_PAGES


def test_the_topics_that_the_program_speaks_of_are_those_that_stay() -> None:
    text = (ROOT / "actions" / "decision.py").read_text(encoding="utf-8")
    assert set(re.findall(r'^[A-Z_]+ = "([a-z-]+)"$', text, re.MULTILINE)) == NAMED_BY_THE_PROGRAM


def test_a_training_needs_as_many_phrases_of_a_topic_as_its_page_says() -> None:
    text = (ROOT / "learning" / "checks.py").read_text(encoding="utf-8")
    assert f"LEAST_PHRASES = {LEAST_TO_TRAIN}\n" in text
