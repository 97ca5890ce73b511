"""What was found, held against the catalogue: what would become a draft, of which article, and what cannot."""

from collections.abc import Collection, Iterable, Iterator, Mapping
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
from handover_api.rules.topic import MAX_TITLE_CHARACTERS

_MOST_TITLE = 200
_MOST_WORD = 100
# What the draft is for: it is filled in and shortened before it is sent for review.
_PUT_RIGHT_IN_THE_DRAFT = frozenset({FaultKind.MISSING, FaultKind.TOO_LONG})
# A table can name a cell in millions of ways; only so much of it is looked at.
_LOOKED_AT = 1000
# Where something stands is told by whoever knows.
_NO_PLACE = Place("")


@dataclass(frozen=True)
class KnownTopic:
    """A topic in use with what is published about it; `version` None: nothing is."""

    id: str
    title: str
    area: str
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
    """The topics, by what they may be called. `retired`: titles, by id; `drafted`: what somebody is writing about."""

    def __init__(
        self,
        topics: Iterable[KnownTopic],
        retired: Mapping[str, str],
        drafted: Collection[str],
        facts: Mapping[str, str],
    ) -> None:
        by_id = {topic.id: topic for topic in topics}
        self.drafted = frozenset(drafted)
        self.facts = facts
        self._by_name = {_folded(topic.title): topic for topic in by_id.values()} | by_id
        outside = {topic: Reason(Remark.RETIRED, title, other=topic) for topic, title in retired.items()}
        self._retired = {_folded(reason.word): reason for reason in outside.values()} | outside

    def find(self, *names: str) -> KnownTopic | None:
        """By its id or its title; the first name that fits."""
        return next((topic for name in names if (topic := self._by_name.get(_folded(name)))), None)

    def why_not(self, *names: str) -> Reason:
        """Why no topic is found by the names: it is out of use, or there is none."""
        found = (reason for name in names if (reason := self._retired.get(_folded(name))))
        return next(found, Reason(Remark.NO_SUCH_TOPIC, one_line(names[0] if names else "", _MOST_WORD)))


class Checker:
    """Holds one after the other against the catalogue, and remembers which topics have been named.

    `areas`: the names of the municipality's areas, by id.
    """

    def __init__(self, catalogue: Catalogue, areas: Mapping[str, str]) -> None:
        self._catalogue = catalogue
        self._areas = {_folded(name): area for area, name in areas.items()} | {area: area for area in areas}
        self._named: dict[str, Place] = {}

    def check(self, found: Found) -> Checked:
        title = one_line(found.names[0] if found.names else "", _MOST_TITLE)
        if found.fault is not None:
            return Checked(found.place, Verdict.REFUSED, title, reasons=(_stored(found.fault),))
        topic = self._catalogue.find(*found.names)
        checked = self._check(found, topic)
        reasons = (*checked.reasons, *self._reasons_of_area(found, topic))
        return replace(checked, place=found.place, title=title, reasons=reasons)

    def _check(self, found: Found, topic: KnownTopic | None) -> Checked:
        if topic is not None and (first := self._named.get(topic.id)):
            return _refused(topic, Reason(Remark.SAME_TOPIC, _beside(first, found.place)))
        try:
            says = _storable(found.says)
        except InvalidError as error:
            return _refused(topic, Reason(Remark.TOO_LONG, field=str(error.extra.get("field", ""))))
        remarks = tuple(map(_stored, found.remarks))
        if topic is None:
            return self._check_without_topic(found, says, remarks)
        checked = check_words(self._catalogue, topic, says, is_raw=found.is_raw)
        if checked.verdict not in {Verdict.REFUSED, Verdict.SAME}:
            self._named[topic.id] = found.place
        return replace(checked, reasons=(*checked.reasons, *remarks))

    def _check_without_topic(self, found: Found, says: Mapping[str, Any], remarks: tuple[Reason, ...]) -> Checked:
        reason = self._catalogue.why_not(*found.names)
        is_retired = reason.kind == Remark.RETIRED
        if found.is_raw:
            reasons = (*remarks, reason) if is_retired else remarks
            return Checked(_NO_PLACE, Verdict.TO_CHOOSE, says=as_json(says), is_raw=True, reasons=reasons)
        return _refused(None, reason if is_retired else self._to_make(found) or reason)

    def _to_make(self, found: Found) -> Reason | None:
        """What topic an editor could make for a row; the last of its names is the likest to a question."""
        area = self._area(found)
        title = one_line(found.names[-1], _MOST_TITLE)
        if area is None or not 0 < len(title) <= MAX_TITLE_CHARACTERS:
            return None
        return Reason(Remark.TOPIC_TO_MAKE, title, other=area)

    def _reasons_of_area(self, found: Found, topic: KnownTopic | None) -> Iterator[Reason]:
        area = self._area(found)
        if found.area and area is None:
            yield Reason(Remark.NO_SUCH_AREA, one_line(found.area, _MOST_WORD))
        elif area and topic is not None and area != topic.area:
            yield Reason(Remark.OTHER_AREA, area, other=topic.area)

    def _area(self, found: Found) -> str | None:
        return self._areas.get(_folded(found.area))


def check_words(catalogue: Catalogue, topic: KnownTopic, says: Mapping[str, Any], *, is_raw: bool) -> Checked:
    """What would be done with words about a topic; without a place."""
    if topic.id in catalogue.drafted:
        return _refused(topic, Reason(Remark.DRAFTED))
    written = replace(topic.text, **says)
    if topic.version is not None and written == topic.text:
        return Checked(_NO_PLACE, Verdict.SAME, topic=topic.id, reasons=(Reason(Remark.SAME_TEXT),))
    found = [fault for fault in faults(written, topic.handling, catalogue.facts) if fault.kind is not FaultKind.MISSING]
    for fault in found:
        if not is_raw and fault.kind not in _PUT_RIGHT_IN_THE_DRAFT:
            return _refused(topic, _reason(fault))
    verdict = Verdict.NEW if topic.version is None else Verdict.CHANGED
    reasons = tuple(map(_reason, found))
    return Checked(_NO_PLACE, verdict, "", topic.id, topic.version, as_json(says), is_raw=is_raw, reasons=reasons)


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


def _refused(topic: KnownTopic | None, reason: Reason) -> Checked:
    return Checked(_NO_PLACE, Verdict.REFUSED, topic=topic.id if topic else None, reasons=(reason,))


def _beside(first: Place, other: Place) -> str:
    """The row's number when both stand in one table, otherwise the file."""
    is_same_table = (first.file, first.sheet) == (other.file, other.sheet) and first.line
    return str(first.line) if is_same_table else one_line(first.file, _MOST_WORD)


def _folded(text: str) -> str:
    return " ".join(text.casefold().split())
