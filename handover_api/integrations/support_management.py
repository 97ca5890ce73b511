"""Sundsvall's public errand API, SupportManagement (docs/decisions/0011-what-goes-outside.md).

The API has no idempotency keys. So an errand carries our case's reference as an external tag, and a note carries its
number in the subject; what is already there is looked for before anything is made.
"""

import time
from dataclasses import dataclass
from typing import Any

import httpx
import structlog
from pydantic import BaseModel, ConfigDict, ValidationError

from handover_api.integrations.case_system import Errand, ErrandMessage
from handover_api.integrations.delivery import RefusedError, TryAgainError

TAG = "handoverCase"
# The sender, as it stands in the errand.
REPORTER = "kontaktcenter"
CONTEXT = "HANDOVER"
ROLE = "FIRST_LINE_SUPPORT"
# The API's own limits.
MOST_IN_A_NOTE = 2048
_NOTES_ON_A_PAGE = 1000
_TITLE_CHARACTERS = 255

_TIMEOUT_SECONDS = 8.0
_TOKEN_MARGIN_SECONDS = 30.0

log = structlog.get_logger()


@dataclass(frozen=True)
class Account:
    """Where errands are made, and as what: the three words must be known in the namespace's metadata."""

    url: str
    namespace: str
    municipality_id: str
    category: str
    type: str
    status: str
    token_url: str = ""
    client_id: str = ""
    client_secret: str = ""


class _Answer(BaseModel):
    model_config = ConfigDict(extra="ignore")


class _Tag(_Answer):
    key: str
    value: str


class _FoundErrand(_Answer):
    id: str
    created: str = ""
    externalTags: list[_Tag] = []  # noqa: N815 - the API's own name


class _FoundErrands(_Answer):
    content: list[_FoundErrand]


class _FoundNote(_Answer):
    subject: str


class _FoundNotes(_Answer):
    notes: list[_FoundNote] = []


class _Token(_Answer):
    access_token: str
    expires_in: float = 300.0


class SupportManagement:
    def __init__(self, account: Account) -> None:
        self._account = account
        self._errands = f"/{account.municipality_id}/{account.namespace}/errands"
        self._client = httpx.AsyncClient(base_url=account.url, timeout=_TIMEOUT_SECONDS, trust_env=False)
        self._token: str | None = None
        self._token_ends_at = 0.0

    async def create(self, errand: Errand) -> str:
        found = await self._find(errand.reference)
        if found is not None:
            return found
        account = self._account
        response = await self._call(
            "POST",
            self._errands,
            json={
                "title": errand.title[:_TITLE_CHARACTERS],
                "description": errand.description,
                "priority": "HIGH" if errand.is_urgent else "MEDIUM",
                "classification": {"category": account.category, "type": account.type},
                "status": account.status,
                "reporterUserId": REPORTER,
                "businessRelated": False,
                "externalTags": [{"key": TAG, "value": errand.reference}],
            },
        )
        external_id: str = response.headers.get("location", "").rstrip("/").rpartition("/")[2]
        if not external_id:
            # It has been made; the next attempt finds it.
            raise TryAgainError("case_system_broke_contract")
        return external_id

    async def add_message(self, external_id: str, message: ErrandMessage) -> None:
        there = await self._subjects(external_id)
        text = f"Till {message.receiver}:\n{message.text}"
        parts = [text[at : at + MOST_IN_A_NOTE] for at in range(0, len(text), MOST_IN_A_NOTE)]
        for number, part in enumerate(parts, start=1):
            subject = f"{message.reference} meddelande {message.number}, del {number} av {len(parts)}"
            if subject in there:
                continue
            await self._call(
                "POST",
                f"{self._errands}/{external_id}/notes",
                json={
                    "context": CONTEXT,
                    "role": ROLE,
                    "subject": subject,
                    "body": part,
                    "createdBy": REPORTER,
                },
            )

    async def close(self) -> None:
        await self._client.aclose()

    async def _find(self, reference: str) -> str | None:
        filtered = f"externalTags.key:'{TAG}' and externalTags.value:'{reference}'"
        response = await self._call("GET", self._errands, params={"filter": filtered})
        errands = [
            errand
            for errand in _read(response, _FoundErrands).content
            # The filter's two conditions may each be met by another tag.
            if any(tag.key == TAG and tag.value == reference for tag in errand.externalTags)
        ]
        if len(errands) > 1:
            log.error("case_system.errand_made_twice", case_reference=reference, count=len(errands))
        return min(errands, key=lambda errand: (errand.created, errand.id)).id if errands else None

    async def _subjects(self, external_id: str) -> set[str]:
        subjects: set[str] = set()
        page = 0
        while True:
            page += 1
            params = {"context": CONTEXT, "limit": _NOTES_ON_A_PAGE, "page": page}
            response = await self._call("GET", f"{self._errands}/{external_id}/notes", params=params)
            notes = _read(response, _FoundNotes).notes
            subjects.update(note.subject for note in notes)
            if len(notes) < _NOTES_ON_A_PAGE:
                return subjects

    async def _call(self, method: str, path: str, **options: Any) -> httpx.Response:
        try:
            response = await self._client.request(method, path, headers=await self._authorization(), **options)
            if response.status_code == httpx.codes.UNAUTHORIZED and self._account.token_url:
                # The token may have been taken back before its time.
                self._token = None
                response = await self._client.request(method, path, headers=await self._authorization(), **options)
        except httpx.HTTPError:
            raise TryAgainError("case_system_unreachable") from None
        if response.is_success:
            return response
        code = f"case_system_answered_{response.status_code}"
        if response.status_code in {httpx.codes.BAD_REQUEST, httpx.codes.NOT_FOUND}:
            raise RefusedError(code)
        raise TryAgainError(code)

    async def _authorization(self) -> dict[str, str]:
        account = self._account
        if not account.token_url:
            return {}
        if self._token is None or time.monotonic() >= self._token_ends_at:
            response = await self._client.post(
                account.token_url,
                data={"grant_type": "client_credentials"},
                auth=(account.client_id, account.client_secret),
            )
            if not response.is_success:
                raise TryAgainError("case_system_login_refused")
            token = _read(response, _Token)
            self._token = token.access_token
            self._token_ends_at = time.monotonic() + token.expires_in - _TOKEN_MARGIN_SECONDS
        return {"Authorization": f"Bearer {self._token}"}


def _read[Kind: _Answer](response: httpx.Response, kind: type[Kind]) -> Kind:
    try:
        return kind.model_validate_json(response.content)
    except ValidationError:
        # Its message quotes the answer.
        raise TryAgainError("case_system_broke_contract") from None
