"""The organisation as a file, `data/organisation.yml` (docs/contracts/content.md)."""

from collections import Counter
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Annotated, Self

import yaml
from email_validator import validate_email
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

from handover_api.content.files import ContentError
from handover_api.organisation.schemas import GroupId

MOST_WORKING_DAYS = 250
MOST_MINUTES = 24 * 60


def email_address(written: str) -> str:
    """
    Raises:
        ValueError: it is no address.
    """
    return validate_email(written, check_deliverability=False, allow_smtputf8=False, strict=True).normalized


# In one line: a department's name stands in the subject of letters.
Name = Annotated[str, Field(min_length=1, max_length=100, pattern=r"^[^\r\n]+$")]
Email = Annotated[str, AfterValidator(email_address)]
WorkingDays = Annotated[int, Field(ge=1, le=MOST_WORKING_DAYS)]
Minutes = Annotated[int, Field(ge=1, le=MOST_MINUTES)]


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class AnswerGroupEntry(_Entry):
    id: GroupId
    name: Name
    skills: list[Name] = []
    is_closed_on_holidays: bool = True
    overflow_to: GroupId | None = None
    overflow_after_minutes: Minutes | None = None
    patience_minutes: Minutes = 10
    due_working_days: WorkingDays = 2

    @model_validator(mode="after")
    def overflows_whole_or_not_at_all(self) -> Self:
        if (self.overflow_to is None) != (self.overflow_after_minutes is None):
            message = f"{self.id} needs both overflow_to and overflow_after_minutes, or neither"
            raise ValueError(message)
        return self


class DepartmentEntry(_Entry):
    id: GroupId
    name: Name
    email: Email | None = None
    uses_case_system: bool = False


class Organisation(_Entry):
    answer_groups: list[AnswerGroupEntry]
    departments: list[DepartmentEntry] = []
    due_times: dict[str, WorkingDays] = {}


def read_organisation(path: Path, topics: Collection[str]) -> Organisation:
    """The file, checked in itself and against the catalogue's topics.

    Raises:
        ContentError: with the file and what is wrong in it.
    """
    try:
        organisation = Organisation.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, yaml.YAMLError, ValidationError) as error:
        raise ContentError(f"{path} cannot be read: {error}") from error
    for problem in _problems(organisation, topics):
        raise ContentError(f"{path}: {problem}")
    return organisation


def _problems(organisation: Organisation, topics: Collection[str]) -> list[str]:
    overflow = {group.id: group.overflow_to for group in organisation.answer_groups}
    ids = [
        *(f"the answer group {group.id}" for group in organisation.answer_groups),
        *(f"the department {department.id}" for department in organisation.departments),
    ]
    unknown = {target for target in overflow.values() if target is not None} - overflow.keys()
    return [
        *(f"{what} stands twice" for what, times in Counter(ids).items() if times > 1),
        *(f"cases overflow to {group}, which is not an answer group" for group in sorted(unknown)),
        *(f"cases of {group} overflow in a circle" for group in overflow if _comes_back(group, overflow)),
        *(f"due_times names {topic}, which is not a topic" for topic in sorted(organisation.due_times.keys() - topics)),
    ]


def _comes_back(group: str, overflow: Mapping[str, str | None]) -> bool:
    passed: set[str] = set()
    at = overflow.get(group)
    while at is not None and at not in passed:
        passed.add(at)
        at = overflow.get(at)
    return group in passed
