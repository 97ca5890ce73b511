"""What the report of an import says of each row or file."""

from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from handover_api.content.importing.found import Remark
from handover_api.models import ContentImport, ContentImportItem
from handover_api.rules.import_course import Verdict
from handover_api.web import import_wording
from handover_api.web.studio_articles import IMPORT_PATH, article_path
from handover_api.web.studio_topics import NEW_TOPIC_PATH, topic_path


@dataclass(frozen=True)
class Told:
    """A reason in words, and the page where something can be done about it, with what that is called."""

    words: str
    address: str = ""
    deed: str = ""


@dataclass(frozen=True)
class Line:
    """A row or a file on the page. `chosen` is what stands in its field, `suggested` a title that is like its own."""

    position: int
    place: str
    title: str
    topic: str
    article: str
    reasons: list[Told]
    address: str
    is_new: bool = False
    is_raw: bool = False
    # None until the drafts have been made.
    is_drafted: bool | None = None
    chosen: str = ""
    suggested: str = ""
    error: str = ""


def line_of(
    found: ContentImport,
    item: ContentImportItem,
    titles: dict[str, str],
    facts: dict[str, str],
    chosen: dict[int, str],
    told: dict[int, str],
) -> Line:
    topic = titles.get(item.topic or "", item.topic or "")
    alike = get_close_matches(item.title, titles.values(), n=1) if item.verdict == Verdict.TO_CHOOSE else []
    return Line(
        position=item.position,
        place=import_wording.place(item, is_only_file=len(found.file_names) == 1),
        title=item.title,
        topic=topic,
        article=article_path(item.topic) if item.topic else "",
        reasons=[_told(item, reason, facts) for reason in item.reasons if not _is_plain(item, reason)],
        address=f"{IMPORT_PATH}/{found.id}/{item.position}" if item.says else "",
        is_new=item.verdict == Verdict.NEW,
        is_raw=item.is_raw,
        is_drafted=item.is_drafted,
        chosen=chosen.get(item.position, topic if item.is_raw else ""),
        suggested=alike[0] if alike else "",
        error=told.get(item.position, ""),
    )


def _is_plain(item: ContentImportItem, reason: Mapping[str, Any]) -> bool:
    """Whether the heading above says it, or another topic has been chosen since."""
    is_same = item.verdict == Verdict.SAME and reason["kind"] == Remark.SAME_TEXT
    return is_same or (item.topic is not None and reason["kind"] == Remark.RETIRED)


def _told(item: ContentImportItem, reason: Mapping[str, Any], facts: dict[str, str]) -> Told:
    words = import_wording.reason(reason, facts, is_row=item.line is not None, is_sheet=bool(item.sheet))
    match reason["kind"]:
        case Remark.TOPIC_TO_MAKE:
            address = f"{NEW_TOPIC_PATH}?inlasning={item.import_id}&rad={item.position}"
            return Told(words, address, f"Skapa ämnet ”{reason['word']}”")
        case Remark.RETIRED:
            return Told(words, topic_path(reason["other"]), f"Till ämnet ”{reason['word']}”")
        case Remark.OTHER_AREA:
            return Told(words, f"{topic_path(item.topic or '')}/andra", "Ändra ämnet")
    return Told(words)
