"""What a row of a table says of an article."""

from datetime import date
from typing import Any

from handover_api.content.importing.found import Found, Place, Reason, Remark
from handover_api.rules.article_table import Column, Row

_FIELDS = {
    Column.ANSWER: "text",
    Column.EASY: "easy_text",
    Column.ENGLISH: "english_text",
    Column.OWNER: "department",
}


def found_in_row(place: Place, row: Row) -> Found:
    names = [row.cells[column] for column in (Column.TOPIC, Column.QUESTION) if column in row.cells]
    if row.fault is not None:
        return Found(place, names, fault=Reason(row.fault, row.where))
    says: dict[str, Any] = {field: row.cells[column] for column, field in _FIELDS.items() if column in row.cells}
    if written := row.cells.get(Column.REVIEW_BY):
        try:
            says["review_by"] = date.fromisoformat(written)
        except ValueError:
            return Found(place, names, fault=Reason(Remark.NO_DAY, written))
    return Found(place, names, says, area=row.cells.get(Column.AREA, ""))
