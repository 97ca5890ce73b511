"""The public errand API of Sundsvall as its own description has it, as far as we use it, in good and bad moods.

The rules are those of version 15: the fields that must be there, the lengths, the answers and the search by external
tags. Each mood holds for as many calls as it is given.
"""

import re
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Annotated, Literal
from uuid import uuid4

from fastapi import FastAPI, Header, Query, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

NotBlank = Annotated[str, StringConstraints(min_length=1, pattern=r"\S")]
Short = Annotated[str, StringConstraints(min_length=1, max_length=255, pattern=r"\S")]

Mood = Literal["well", "busy", "fails", "fails_after", "refuses", "conflict", "token_ended", "no_location"]
CONDITION = re.compile(r"externalTags\.(key|value):'([^']*)'")
TOKEN = "a-token"


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Tag(Strict):
    key: NotBlank
    value: NotBlank


class Classification(Strict):
    category: Literal["SUPPORT_CASE"]
    type: Literal["OTHER_ISSUES"]


class Errand(Strict):
    title: NotBlank
    priority: Literal["LOW", "MEDIUM", "HIGH"]
    classification: Classification
    status: Literal["NEW"]
    reporterUserId: NotBlank  # noqa: N815 - the API's own names
    businessRelated: bool  # noqa: N815
    externalTags: list[Tag] = []  # noqa: N815
    description: str | None = None


class Note(Strict):
    context: Short
    role: Short
    subject: Short
    body: Annotated[str, StringConstraints(min_length=1, max_length=2048, pattern=r"\S")]
    createdBy: NotBlank  # noqa: N815


@dataclass
class FakeSupportManagement:
    errands: dict[str, Errand] = field(default_factory=dict)
    notes: dict[str, list[Note]] = field(default_factory=dict)
    # What the next calls meet, in order; when it is empty, all is well.
    moods: deque[Mood] = field(default_factory=deque)
    calls: list[str] = field(default_factory=list)
    tokens_given: int = 0
    wants_token: bool = False

    def application(self) -> FastAPI:  # noqa: C901 - one route after the other
        app = FastAPI()

        @app.exception_handler(RequestValidationError)
        async def refuse(_request: Request, error: Exception) -> JSONResponse:
            return problem(400, str(error))

        @app.post("/token")
        async def token(request: Request) -> JSONResponse:
            form = await request.form()
            assert form["grant_type"] == "client_credentials"
            assert request.headers["authorization"].startswith("Basic ")
            self.tokens_given += 1
            return JSONResponse({"access_token": TOKEN, "token_type": "Bearer", "expires_in": 3600})

        @app.get("/2281/KONTAKT/errands")
        async def find(
            search: Annotated[str, Query(alias="filter")], authorization: Annotated[str, Header()] = ""
        ) -> Response:
            if (bad := self._bad_mood("find", authorization)) is not None:
                return bad
            wanted = dict(CONDITION.findall(search))
            assert search == " and ".join(f"externalTags.{name}:'{value}'" for name, value in wanted.items())
            found = [
                {"id": errand_id, "created": "2026-11-20T10:00:00+01:00", **errand.model_dump()}
                for errand_id, errand in self.errands.items()
                # Each condition may be met by another tag, as in a search over joined tables.
                if all(
                    any(getattr(tag, name) == value for tag in errand.externalTags) for name, value in wanted.items()
                )
            ]
            return JSONResponse({"content": found, "totalElements": len(found), "number": 0})

        @app.post("/2281/KONTAKT/errands")
        async def create(errand: Errand, authorization: Annotated[str, Header()] = "") -> Response:
            if (bad := self._bad_mood("create", authorization)) is not None and not self._stores_all_the_same:
                return bad
            errand_id = str(uuid4())
            self.errands[errand_id] = errand
            self.notes[errand_id] = []
            if bad is not None:
                return bad
            return Response(status_code=201, headers={"location": f"/2281/KONTAKT/errands/{errand_id}"})

        @app.get("/2281/KONTAKT/errands/{errand_id}/notes")
        async def list_notes(
            errand_id: str,
            context: str,
            page: Annotated[int, Field(ge=1)] = 1,
            limit: Annotated[int, Field(ge=1, le=1000)] = 100,
            authorization: Annotated[str, Header()] = "",
        ) -> Response:
            if (bad := self._bad_mood("list_notes", authorization)) is not None:
                return bad
            if errand_id not in self.notes:
                return problem(404, "An errand with that id could not be found")
            notes = [note.model_dump() for note in self.notes[errand_id] if note.context == context]
            return JSONResponse({"_meta": {"page": page}, "notes": notes[(page - 1) * limit : page * limit]})

        @app.post("/2281/KONTAKT/errands/{errand_id}/notes")
        async def create_note(errand_id: str, note: Note, authorization: Annotated[str, Header()] = "") -> Response:
            if (bad := self._bad_mood("create_note", authorization)) is not None and not self._stores_all_the_same:
                return bad
            if errand_id not in self.notes:
                return problem(404, "An errand with that id could not be found")
            self.notes[errand_id].append(note)
            if bad is not None:
                return bad
            return Response(status_code=201, headers={"location": f"/2281/KONTAKT/errands/{errand_id}/notes/{uuid4()}"})

        return app

    def _bad_mood(self, call: str, authorization: str) -> Response | None:
        self.calls.append(call)
        mood = self.moods.popleft() if self.moods else "well"
        self._stores_all_the_same = mood in {"fails_after", "no_location"}
        if self.wants_token and (authorization != f"Bearer {TOKEN}" or mood == "token_ended"):
            return problem(401, "Invalid credentials")
        return ANSWERS[mood]() if mood in ANSWERS else None


def problem(status: int, detail: str) -> JSONResponse:
    return JSONResponse({"status": status, "detail": detail}, status, media_type="application/problem+json")


ANSWERS: dict[Mood, Callable[[], Response]] = {
    "busy": lambda: problem(503, "Service unavailable"),
    "fails": lambda: problem(500, "Internal Server Error"),
    "fails_after": lambda: problem(500, "Internal Server Error"),
    "refuses": lambda: problem(400, "Constraint Violation"),
    "conflict": lambda: problem(409, "Conflict"),
    "no_location": lambda: Response(status_code=201),
}
