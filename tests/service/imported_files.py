"""Files that editors send to become drafts: making them, sending them, and seeing what is said of them."""

import html
import io
import re
import zipfile
from collections.abc import Sequence

import httpx
from openpyxl import Workbook
from people import Member
from sqlalchemy import select

from handover_api.content.importing.importer import Importer
from handover_api.database import SessionFactory
from handover_api.models import ArticleDraft, ContentImportItem

HTML = {"accept": "text/html"}
PATH = "/redaktion/inlasning"
PAGE = """<!doctype html><html><head><title>{title} | Exempelkommunen</title>
<link rel="canonical" href="https://www.exempelkommunen.example/radon"></head>
<body><nav>Meny</nav><main><h1>{title}</h1><p>Mät <b>radon</b>.</p></main></body></html>"""


async def send(member: Member, *files: tuple[str, bytes]) -> httpx.Response:
    parts = [("fil", (name, content, "application/octet-stream")) for name, content in files]
    return await member.client.post(PATH, files=parts, headers=HTML)


async def read(member: Member, importer: Importer, *files: tuple[str, bytes]) -> str:
    """Sends files and lets them be read. Returns the address of the report."""
    sent = await send(member, *files)
    assert sent.status_code == 303, words(sent)
    await importer.work()
    return sent.headers["location"]


async def see(member: Member, address: str) -> str:
    response = await member.client.get(address, headers=HTML)
    assert response.status_code == 200, response.text
    return words(response)


async def create(member: Member, importer: Importer, address: str, **topics: str) -> str:
    """Asks for the drafts and lets them be made. Returns what the page says then."""
    asked = await member.client.post(address, data={"gor": "skapa", **topics}, headers=HTML)
    assert asked.status_code == 303, words(asked)
    await importer.work()
    return await see(member, address)


def words(response: httpx.Response) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", response.text)).split())


def csv_of(text: str) -> tuple[str, bytes]:
    return "svar.csv", text.encode()


def zipped(*files: tuple[str, str | bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files:
            archive.writestr(name, content)
    return file.getvalue()


def workbook(*rows: Sequence[object]) -> bytes:
    made = Workbook()
    sheet = made.active
    assert sheet is not None
    for row in rows:
        sheet.append(row)
    file = io.BytesIO()
    made.save(file)
    return file.getvalue()


async def drafts_in(sessions: SessionFactory) -> dict[str, ArticleDraft]:
    async with sessions() as session:
        return {each.topic: each for each in await session.scalars(select(ArticleDraft))}


async def items_in(sessions: SessionFactory) -> list[ContentImportItem]:
    async with sessions() as session:
        return [*await session.scalars(select(ContentImportItem).order_by(ContentImportItem.position))]
