"""Files of Markdown: as the content is exported (docs/contracts/content.md), or a heading with an answer below it."""

import re
from datetime import date
from pathlib import PurePosixPath
from typing import Any

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from handover_api.content.files import CHECKLIST, EASY, ENGLISH, SECTION
from handover_api.content.importing.found import Found, Place, Reason, Remark
from handover_api.content.schemas import NextStepRead, SourceRead
from handover_api.rules.article_table import Unreadable
from handover_api.rules.text_encoding import UnknownEncodingError, decode
from handover_api.rules.uploaded_file import FileFault

_MOST_BYTES = 200_000
_FENCE = re.compile(r"^---[^\S\n]*\n", re.MULTILINE)
_HEADING = re.compile(r"\A\s*#[^\S\n]+([^\n]+)\n?")
_OTHER_TEXTS = {EASY: "easy_text", ENGLISH: "english_text", CHECKLIST: "checklist"}


class _FrontMatter(BaseModel):
    """What the catalogue says of the topic may stand here too, and is not read."""

    model_config = ConfigDict(extra="ignore")

    topic: str = ""
    title: str = ""
    department: str | None = None
    sources: list[SourceRead] = []
    next_steps: list[NextStepRead] = []
    review_by: date | None = None


class _FrontMatterError(ValueError):
    """It cannot be read; with the field that is wrong in it, if that is known."""


def read_markdown(name: str, content: bytes) -> Found:
    place = Place(name)
    if len(content) > _MOST_BYTES:
        return Found(place, fault=Reason(FileFault.TEXT_TOO_LONG))
    try:
        decoded = decode(content)
    except UnknownEncodingError:
        return Found(place, fault=Reason(Unreadable.ENCODING))
    remarks = [Reason(Remark.ENCODING_GUESSED)] if decoded.is_guessed else []
    text = decoded.text.replace("\r\n", "\n").replace("\r", "\n")
    try:
        names, says, is_raw = _read(text)
    except _FrontMatterError as error:
        kind = Remark.FRONT_MATTER_FIELD if str(error) else Remark.FRONT_MATTER
        return Found(place, fault=Reason(kind, str(error)))
    if not says["text"]:
        return Found(place, names, fault=Reason(Remark.NO_TEXT))
    return Found(place, [*names, PurePosixPath(name).stem], says, is_raw=is_raw, remarks=remarks)


def _read(text: str) -> tuple[list[str], dict[str, Any], bool]:
    """What may name the topic, what is said, and whether the file was written for something else."""
    if not text.startswith("---"):
        heading = _HEADING.match(text)
        names = [heading.group(1).strip(" #")] if heading else []
        return names, _texts(text[heading.end() :] if heading else text), True
    parts = _FENCE.split(text, 2)
    if len(parts) < 3:  # noqa: PLR2004 - nothing, what stands between the fences, and the rest
        raise _FrontMatterError
    front = _front_matter(parts[1])
    says = {**dict.fromkeys(_OTHER_TEXTS.values(), ""), **_texts(parts[2])}
    says["sources"] = [source.model_dump() for source in front.sources]
    says["next_steps"] = [step.model_dump() for step in front.next_steps]
    says |= {name: value for name in ("department", "review_by") if (value := getattr(front, name)) is not None}
    return [each for each in (front.topic, front.title) if each], says, False


def _front_matter(written: str) -> _FrontMatter:
    try:
        return _FrontMatter.model_validate(yaml.load(written, Loader=yaml.BaseLoader))  # noqa: S506 - plain text only
    except ValidationError as error:
        raise _FrontMatterError(".".join(str(part) for part in error.errors()[0]["loc"])) from None
    except (yaml.YAMLError, RecursionError):
        raise _FrontMatterError from None


def _texts(body: str) -> dict[str, Any]:
    text, *rest = SECTION.split(body)
    sections = dict(zip(rest[::2], rest[1::2], strict=True))
    others = {_OTHER_TEXTS[heading]: section.strip() for heading, section in sections.items()}
    return {"text": text.strip(), **others}
