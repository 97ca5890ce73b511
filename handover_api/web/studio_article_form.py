"""An article as the editor's form has it, and what is wrong in it, in words."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime
from difflib import get_close_matches
from itertools import zip_longest

from pydantic import BaseModel

from handover_api.content.service import LOCAL_TIME
from handover_api.errors import InvalidError
from handover_api.rules.article import (
    MAX_CHECKLIST_CHARACTERS,
    MAX_NEXT_STEPS,
    MAX_SOURCES,
    MAX_WORDS,
    ArticleText,
    Fault,
    FaultKind,
)

# Empty rows that a page without a script offers to fill in.
_SPARE_SOURCES = 2

_OF_FIELDS = {
    ("text", FaultKind.MISSING): "Skriv svaret som invånaren ska läsa.",
    ("checklist", FaultKind.MISSING): "Ämnet går till en människa. Skriv en checklista för den som tar över.",
    ("department", FaultKind.MISSING): "Skriv vem som ansvarar för svaret.",
    ("review_by", FaultKind.MISSING): "Välj en dag då artikeln ska granskas igen.",
    ("checklist", FaultKind.TOO_LONG): f"Checklistan är för lång. Skriv högst {MAX_CHECKLIST_CHARACTERS} tecken.",
    ("sources", FaultKind.TOO_MANY): f"Ta bort några källor. Det får vara högst {MAX_SOURCES}.",
    ("next_steps", FaultKind.TOO_MANY): f"Ta bort några steg. Det får vara högst {MAX_NEXT_STEPS}.",
    ("sources", FaultKind.HALF): "En källa saknar namn. Skriv ett, eller ta bort adressen.",
    ("next_steps", FaultKind.HALF): "Ett steg saknar text eller adress. Fyll i båda, eller ta bort steget.",
}
_SENTENCES = {
    FaultKind.TOO_LONG: f"Texten är för lång. Skriv högst {MAX_WORDS} ord.",
    FaultKind.HEADING_OR_HTML: "Ta bort rubriker och HTML-kod. Stycken, punktlistor, fet text och länkar går bra.",
    FaultKind.HEADING: "Ta bort rubrikerna, alltså raderna som börjar med #. Punktlistor går bra.",
    FaultKind.OUTDATED: "Välj en senare dag. En artikel visas inte efter sin granskningsdag.",
}


class ArticleForm(BaseModel):
    """`version`: of the draft that the form showed; `publicerad`: the published version; 0 where there was none."""

    text: str = ""
    lattlast: str = ""
    engelska: str = ""
    checklista: str = ""
    ansvarig: str = ""
    kalla_namn: list[str] = []
    kalla_adress: list[str] = []
    steg_text: list[str] = []
    steg_adress: list[str] = []
    granskas: str = ""
    publiceras: str = ""
    version: int = 0
    publicerad: int = 0

    @classmethod
    def of(cls, written: ArticleText, publish_at: datetime | None) -> "ArticleForm":
        return cls(
            text=written.text,
            lattlast=written.easy_text,
            engelska=written.english_text,
            checklista=written.checklist,
            ansvarig=written.department,
            kalla_namn=[each["title"] for each in written.sources],
            kalla_adress=[each["url"] or "" for each in written.sources],
            steg_text=[each["label"] for each in written.next_steps],
            steg_adress=[each["url"] for each in written.next_steps],
            granskas=written.review_by.isoformat() if written.review_by else "",
            publiceras=publish_at.astimezone(LOCAL_TIME).strftime("%Y-%m-%dT%H:%M") if publish_at else "",
        )

    @property
    def sources(self) -> list[tuple[str, str]]:
        """The rows of the form, with some to fill in."""
        rows = _pairs(self.kalla_namn, self.kalla_adress)
        return rows + [("", "")] * min(_SPARE_SOURCES, max(MAX_SOURCES - len(rows), 0))

    @property
    def next_steps(self) -> list[tuple[str, str]]:
        rows = _pairs(self.steg_text, self.steg_adress)
        return rows + [("", "")] * (MAX_NEXT_STEPS - len(rows))

    def read(self) -> ArticleText:
        """
        Raises:
            InvalidError: `day_wrong`.
        """
        return replace(self.read_words(), review_by=_day(self.granskas))

    def read_words(self) -> ArticleText:
        """All but the day, for whoever wants to see it before it is right."""
        return ArticleText(
            text=self.text,
            easy_text=self.lattlast,
            english_text=self.engelska,
            checklist=self.checklista,
            department=self.ansvarig,
            sources=[
                {"title": name, "url": address or None} for name, address in _pairs(self.kalla_namn, self.kalla_adress)
            ],
            next_steps=[{"label": text, "url": address} for text, address in _pairs(self.steg_text, self.steg_adress)],
        )

    def read_publish_at(self) -> datetime | None:
        """
        Raises:
            InvalidError: `moment_wrong`.
        """
        if not self.publiceras.strip():
            return None
        try:
            at = datetime.fromisoformat(self.publiceras.strip())
        except ValueError:
            at = None
        if at is None or at.tzinfo is not None:
            raise InvalidError(
                "moment_wrong", "Skriv dag och klockslag, till exempel 2027-01-15 08.00.", field="publish_at"
            )
        return at.replace(tzinfo=LOCAL_TIME)


def sentences(found: Iterable[Fault], facts: Mapping[str, str]) -> dict[str, str]:
    """What has to be done, by the field's name; the first of each."""
    told: dict[str, str] = {}
    for fault in found:
        told.setdefault(fault.field, sentence(fault, facts))
    return told


def sentence(fault: Fault, facts: Mapping[str, str]) -> str:
    """What has to be done about one thing."""
    if fault.kind is FaultKind.UNKNOWN_FACT:
        return _unknown_fact(fault.word, facts)
    if fault.kind is FaultKind.BAD_ADDRESS:
        return f"Adressen ”{fault.word}” går inte att använda. Börja med https://, eller skriv en lokal uppgift."
    return _OF_FIELDS.get((fault.field, fault.kind)) or _SENTENCES[fault.kind]


def _unknown_fact(name: str, facts: Mapping[str, str]) -> str:
    sentence = f"Det finns ingen lokal uppgift som heter {{{name}}}."
    alike = get_close_matches(name, facts, n=1)
    return f"{sentence} Menade du {{{alike[0]}}}?" if alike else sentence


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text.strip()) if text.strip() else None
    except ValueError:
        raise InvalidError(
            "day_wrong", "Skriv dagen som år-månad-dag, till exempel 2027-01-15.", field="review_by"
        ) from None


def _pairs(left: list[str], right: list[str]) -> list[tuple[str, str]]:
    """The rows where something is filled in."""
    pairs = zip_longest(left, right, fillvalue="")
    return [(first, second) for first, second in ((a.strip(), b.strip()) for a, b in pairs) if first or second]
