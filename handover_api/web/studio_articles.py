"""All articles, found by words or by what is to be done, and all content as files."""

from dataclasses import dataclass
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import RedirectResponse

from handover_api.agents.identity import AnswerKeeperDep
from handover_api.agents.service import actor
from handover_api.audit import service as audit
from handover_api.content import exporting
from handover_api.content.article_list import ListedArticle, Standing, Wanted, find_articles
from handover_api.content.drafts_repository import DraftsRepository
from handover_api.content.service import CONTENT_FILES, LOCAL_TIME
from handover_api.database import SessionDep
from handover_api.rules.case import ROSA_LEVELS
from handover_api.rules.list_address import list_address
from handover_api.tasks.addresses import TASKS_PATH
from handover_api.web import outcomes, pages, wording

router = APIRouter(include_in_schema=False)

STUDIO_PATH = "/redaktion"
ARTICLES_PATH = f"{STUDIO_PATH}/artiklar"
IMPORT_PATH = f"{STUDIO_PATH}/inlasning"
_ARCHIVE_PATH = f"{STUDIO_PATH}/innehall.zip"
PAGE_SIZE = 50
_LONGEST = 100

STANDINGS = {
    Standing.EXPIRED: "Har gått ut",
    Standing.DUE: "Ska granskas snart",
    Standing.LOW_SCORE: "Hjälper sällan",
    Standing.IN_REVIEW: "Väntar på granskning",
    Standing.SENT_BACK: "Skickad tillbaka",
    Standing.DRAFT: "Utkast",
    Standing.SCHEDULED: "Väntar på sin tid",
    Standing.UNWRITTEN: "Saknar artikel",
}
_URGENT = frozenset({Standing.EXPIRED, Standing.SENT_BACK})


def article_path(topic: str) -> str:
    return f"{ARTICLES_PATH}/{topic}"


@dataclass(frozen=True)
class Filter:
    """What an editor has chosen to see, as it stands in the page's address. Empty: everything."""

    words: str = ""
    area: str = ""
    department: str = ""
    level: str = ""
    standing: str = ""

    @classmethod
    def of(cls, request: Request) -> "Filter":
        names = ("sok", "omrade", "ansvarig", "niva", "lage")
        return cls(*(request.query_params.get(name, "")[:_LONGEST] for name in names))

    @property
    def wanted(self) -> Wanted:
        is_standing = self.standing in set(Standing)
        return Wanted(
            words=self.words,
            area=self.area,
            department=self.department,
            rosa_level=int(self.level) if self.level in map(str, ROSA_LEVELS) else None,
            standing=Standing(self.standing) if is_standing else None,
        )

    def address(self, page: int = 1) -> str:
        chosen = {
            "sok": self.words,
            "omrade": self.area,
            "ansvarig": self.department,
            "niva": self.level,
            "lage": self.standing,
        }
        return list_address(ARTICLES_PATH, chosen, page)


@dataclass(frozen=True)
class Tag:
    words: str
    is_urgent: bool


@dataclass(frozen=True)
class Row:
    address: str
    title: str
    tags: list[Tag]
    facts: list[str]


@router.get(STUDIO_PATH)
async def show_studio(_: AnswerKeeperDep) -> Response:
    return RedirectResponse(TASKS_PATH, 303)


@router.get(ARTICLES_PATH)
async def show_articles(
    request: Request, session: SessionDep, staff: AnswerKeeperDep, page: Annotated[int, Query(alias="sida", ge=1)] = 1
) -> Response:
    now = request.app.state.clock()
    chosen = Filter.of(request)
    found = await find_articles(session, chosen.wanted, now)
    first = (page - 1) * PAGE_SIZE
    shown = found.articles[first : first + PAGE_SIZE]
    today = now.astimezone(LOCAL_TIME).date()
    return pages.page(
        request,
        "studio/articles.html.j2",
        staff=staff,
        chosen=chosen,
        rows=[_row(article, today) for article in shown],
        count=len(found.articles),
        first=first + 1,
        last=first + len(shown),
        earlier=chosen.address(page - 1) if page > 1 else None,
        later=chosen.address(page + 1) if first + PAGE_SIZE < len(found.articles) else None,
        tasks=[
            (Filter(standing=standing).address(), words, found.counts[standing])
            for standing, words in STANDINGS.items()
            if found.counts[standing]
        ],
        areas=outcomes.AREAS,
        departments=await DraftsRepository(session).list_departments(),
        levels=outcomes.LEVELS,
        standings=STANDINGS,
        list_address=ARTICLES_PATH,
        archive_address=_ARCHIVE_PATH,
        import_address=IMPORT_PATH,
    )


@router.get(_ARCHIVE_PATH)
async def download(request: Request, session: SessionDep, staff: AnswerKeeperDep) -> Response:
    now = request.app.state.clock()
    files = await exporting.read_files(session)
    audit.record(
        session,
        actor(staff),
        "content_exported",
        subject_kind="content",
        subject_id=CONTENT_FILES,
        at=now,
        files=len(files),
    )
    name = f"innehall-{now.astimezone(LOCAL_TIME).date().isoformat()}.zip"
    headers = {"content-disposition": f'attachment; filename="{name}"', "cache-control": "no-store"}
    return Response(exporting.as_archive(files), media_type="application/zip", headers=headers)


def _row(article: ListedArticle, today: date) -> Row:
    facts = [
        outcomes.area(article.area),
        f"ROSA-nivå {article.rosa_level}" if article.rosa_level else "",
        article.department,
        f"Granskas senast {wording.day(article.review_by.isoformat())}" if article.review_by else "",
        f"{article.helped} av {article.opinions} tyckte att svaret hjälpte" if article.opinions else "",
    ]
    tags = [Tag(STANDINGS[each], each in _URGENT) for each in article.standings(today)]
    return Row(article_path(article.topic), article.title, tags, [fact for fact in facts if fact])
