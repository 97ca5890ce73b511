"""What was found, held against the catalogue: what would become a draft, of which article, and what cannot."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date
from typing import Any

from handover_api.content.drafts import storable
from handover_api.content.importing.found import Found, Place, Reason, Remark
from handover_api.errors import InvalidError
from handover_api.rules.article import ArticleText, Fault, FaultKind, faults
from handover_api.rules.import_course import Verdict
from handover_api.rules.message import EmptyTextError, clean_text
from handover_api.rules.personal_data import mask

_MOST_TITLE = 200
_MOST_WORD = 100
# What the draft is for: it is filled in and shortened before it is sent for review.
_PUT_RIGHT_IN_THE_DRAFT = frozenset({FaultKind.MISSING, FaultKind.TOO_LONG})
# A table can name a cell in millions of ways; only so much of it is looked at.
_LOOKED_AT = 1000


@dataclass(frozen=True)
class KnownTopic:
    """A topic with what is published about it; `version` None: nothing is."""

    id: str
    title: str
    handling: str
    version: int | None
    text: ArticleText


@dataclass(frozen=True)
class Checked:
    """What would be done with one row or one file. `says` is what may be stored, ready for JSON."""

    place: Place
    verdict: Verdict
    title: str = ""
    topic: str | None = None
    based_on: int | None = None
    says: Mapping[str, Any] | None = None
    is_raw: bool = False
    reasons: tuple[Reason, ...] = ()


class Catalogue:
    """The topics, by what they may be called; `drafted`: those that somebody is writing about."""

    def __init__(self, topics: Iterable[KnownTopic], drafted: Collection[str], facts: Mapping[str, str]) -> None:
        by_id = {topic.id: topic for topic in topics}
        self.drafted = frozenset(drafted)
        self.facts = facts
        self._by_name = {_folded(topic.title): topic for topic in by_id.values()} | by_id

    def find(self, *names: str) -> KnownTopic | None:
        """By its id or its title; the first name that fits."""
        return next((topic for name in names if (topic := self._by_name.get(_folded(name)))), None)


class Checker:
    """Holds one after the other against the catalogue, and remembers which topics have been named."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self._named: dict[str, Place] = {}

    def check(self, found: Found) -> Checked:
        title = one_line(found.names[0] if found.names else "", _MOST_TITLE)
        if found.fault is not None:
            return Checked(found.place, Verdict.REFUSED, title, reasons=(_stored(found.fault),))
        topic = self._catalogue.find(*found.names)
        if topic is not None and (first := self._named.get(topic.id)):
            return _refused(found.place, title, topic, Reason(Remark.SAME_TOPIC, _beside(first, found.place)))
        try:
            says = _storable(found.says)
        except InvalidError as error:
            return _refused(found.place, title, topic, Reason(Remark.TOO_LONG, field=str(error.extra.get("field", ""))))
        remarks = tuple(map(_stored, found.remarks))
        if topic is not None:
            checked = check_words(self._catalogue, topic, says, is_raw=found.is_raw)
            if checked.verdict not in {Verdict.REFUSED, Verdict.SAME}:
                self._named[topic.id] = found.place
            return replace(checked, place=found.place, title=title, reasons=(*checked.reasons, *remarks))
        if found.is_raw:
            to_choose = Checked(found.place, Verdict.TO_CHOOSE, title, is_raw=True, reasons=remarks)
            return replace(to_choose, says=as_json(says))
        return _refused(found.place, title, None, Reason(Remark.NO_SUCH_TOPIC, one_line(title, _MOST_WORD)))


def check_words(catalogue: Catalogue, topic: KnownTopic, says: Mapping[str, Any], *, is_raw: bool) -> Checked:
    """What would be done with words about a topic; without a place."""
    place = Place("")
    if topic.id in catalogue.drafted:
        return _refused(place, "", topic, Reason(Remark.DRAFTED))
    written = replace(topic.text, **says)
    if topic.version is not None and written == topic.text:
        return Checked(place, Verdict.SAME, topic=topic.id, reasons=(Reason(Remark.SAME_TEXT),))
    found = [fault for fault in faults(written, topic.handling, catalogue.facts) if fault.kind is not FaultKind.MISSING]
    for fault in found:
        if not is_raw and fault.kind not in _PUT_RIGHT_IN_THE_DRAFT:
            return _refused(place, "", topic, _reason(fault))
    verdict = Verdict.NEW if topic.version is None else Verdict.CHANGED
    reasons = tuple(map(_reason, found))
    return Checked(place, verdict, "", topic.id, topic.version, as_json(says), is_raw=is_raw, reasons=reasons)


def as_json(says: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in says.items()}


def from_json(stored: Mapping[str, Any]) -> dict[str, Any]:
    says = dict(stored)
    if says.get("review_by"):
        says["review_by"] = date.fromisoformat(says["review_by"])
    return says


def one_line(text: str, most: int) -> str:
    """Words from a file as they may be stored and shown: one line, with personal numbers masked."""
    try:
        return mask(" ".join(clean_text(text[:_LOOKED_AT]).split()))[:most]
    except EmptyTextError:
        return ""


def _storable(says: Mapping[str, Any]) -> dict[str, Any]:
    cleaned = asdict(storable(replace(ArticleText(""), **says)))
    return {name: cleaned[name] for name in says}


def _reason(fault: Fault) -> Reason:
    return _stored(Reason(fault.kind, fault.word, fault.field))


def _stored(reason: Reason) -> Reason:
    return replace(reason, word=one_line(reason.word, _MOST_WORD))


def _refused(place: Place, title: str, topic: KnownTopic | None, reason: Reason) -> Checked:
    return Checked(place, Verdict.REFUSED, title, topic.id if topic else None, reasons=(reason,))


def _beside(first: Place, other: Place) -> str:
    """The row's number when both stand in one table, otherwise the file."""
    is_same_table = (first.file, first.sheet) == (other.file, other.sheet) and first.line
    return str(first.line) if is_same_table else one_line(first.file, _MOST_WORD)


def _folded(text: str) -> str:
    return " ".join(text.casefold().split())
