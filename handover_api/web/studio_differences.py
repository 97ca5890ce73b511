"""What differs between two versions of an article, part by part, as a page shows it."""

from dataclasses import dataclass

from handover_api.rules.article import ArticleText
from handover_api.rules.differences import Part, differences
from handover_api.web import wording

_NAMES = {
    "text": "Svaret",
    "easy_text": "Lättläst",
    "english_text": "På engelska",
    "checklist": "Checklistan",
    "department": "Ansvarig",
    "sources": "Källor",
    "next_steps": "Nästa steg",
    "review_by": "Granskas igen senast",
}


@dataclass(frozen=True)
class Difference:
    name: str
    parts: list[Part]
    language: str | None = None


@dataclass(frozen=True)
class Comparison:
    changed: list[Difference]
    unchanged: list[str]


def compare(old: ArticleText, new: ArticleText) -> Comparison:
    before, after = _as_texts(old), _as_texts(new)
    changed = [
        Difference(name, differences(before[field], after[field]), "en" if field == "english_text" else None)
        for field, name in _NAMES.items()
        if before[field] != after[field]
    ]
    # What neither of them has is nothing to be told of.
    unchanged = [name for field, name in _NAMES.items() if before[field] == after[field] and after[field]]
    return Comparison(changed, unchanged)


def _as_texts(article: ArticleText) -> dict[str, str]:
    return {
        "text": article.text,
        "easy_text": article.easy_text,
        "english_text": article.english_text,
        "checklist": article.checklist,
        "department": article.department,
        "sources": "\n".join(_line(each["title"], each["url"]) for each in article.sources),
        "next_steps": "\n".join(_line(each["label"], each["url"]) for each in article.next_steps),
        "review_by": wording.day(article.review_by.isoformat()) if article.review_by else "",
    }


def _line(name: str, address: str | None) -> str:
    return f"{name}: {address}" if address else name
