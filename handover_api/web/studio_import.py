"""Answers from a spreadsheet: a file is sent in, its right rows become drafts, the others are told of by number."""

from collections.abc import Mapping

from fastapi import APIRouter, Request, Response
from starlette.datastructures import UploadFile

from handover_api.agents.identity import AnswerKeeperDep
from handover_api.content.repository import ContentRepository
from handover_api.content.table_import import Refused, import_rows
from handover_api.database import SessionDep
from handover_api.models import Staff
from handover_api.rules.article import Fault
from handover_api.rules.article_table import (
    MAX_ROWS,
    RowFault,
    Unreadable,
    UnreadableTableError,
    read_table,
)
from handover_api.web import pages
from handover_api.web.studio_article_form import sentence
from handover_api.web.studio_articles import ARTICLES_PATH, IMPORT_PATH, article_path

router = APIRouter(include_in_schema=False)

# So many rows are shown of each kind; the rest is counted.
MOST_SHOWN = 200

_UNREADABLE = {
    Unreadable.EMPTY: "Filen är tom, eller har bara rubriker.",
    Unreadable.ENCODING: (
        "Filens bokstäver går inte att läsa. Spara den som ”CSV UTF-8” i Excel, eller med teckenkodningen UTF-8, och "
        "försök igen."
    ),
    Unreadable.SPREADSHEET: "Filen är en arbetsbok. Spara den som ”CSV UTF-8” i Excel och välj den filen.",
    Unreadable.ROWS: f"Filen har fler än {MAX_ROWS} rader. Dela upp den i flera filer.",
}
_ROW_FAULTS = {
    RowFault.UNEVEN: "Raden har fler celler än det finns rubriker. Ett citattecken kan saknas.",
    RowFault.FORMULA: "En cell är en formel. Klistra in den som text.",
    RowFault.NO_ANSWER: "Svaret är tomt.",
    RowFault.NO_TOPIC: "Raden säger inte vilket ämne den gäller.",
}


@router.get(IMPORT_PATH)
async def show_form(request: Request, staff: AnswerKeeperDep) -> Response:
    return _form(request, staff)


@router.post(IMPORT_PATH)
async def import_file(request: Request, session: SessionDep, staff: AnswerKeeperDep) -> Response:
    async with request.form(max_files=1, max_fields=1) as form:
        file = form.get("fil")
        content = await file.read() if isinstance(file, UploadFile) else b""
    try:
        rows = read_table(content)
    except UnreadableTableError as error:
        return _form(request, staff, error=_unreadable(error) if content else "Välj en fil.")
    facts = await ContentRepository(session).get_facts()
    report = await import_rows(session, staff, rows, request.app.state.clock())
    return pages.page(
        request,
        "studio/imported.html.j2",
        staff=staff,
        imported=[(each.line, each.topic.title, article_path(each.topic.id)) for each in report.imported[:MOST_SHOWN]],
        imported_count=len(report.imported),
        refused=[(each.line, _reason(each, facts)) for each in report.refused[:MOST_SHOWN]],
        refused_count=len(report.refused),
        address=IMPORT_PATH,
        list_address=ARTICLES_PATH,
    )


def _form(request: Request, staff: Staff, *, error: str | None = None) -> Response:
    return pages.page(
        request,
        "studio/import.html.j2",
        status=422 if error else 200,
        staff=staff,
        address=IMPORT_PATH,
        list_address=ARTICLES_PATH,
        error=error,
    )


def _unreadable(error: UnreadableTableError) -> str:
    match error.kind:
        case Unreadable.TWICE:
            return f"Kolumnen ”{error.word}” finns två gånger. Ta bort den ena."
        case Unreadable.COLUMNS if error.word:
            return f"Kolumnen ”{error.word}” saknas. Den första raden ska ha rubrikerna."
        case Unreadable.COLUMNS:
            return "Filen går inte att dela upp i rader. Ett citattecken kan saknas."
        case kind:
            return _UNREADABLE[kind]


def _reason(refused: Refused, facts: Mapping[str, str]) -> str:
    match refused.reason:
        case RowFault() as fault:
            return _ROW_FAULTS[fault]
        case Fault() as fault:
            return sentence(fault, facts)
        case told:
            return told
