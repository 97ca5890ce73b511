"""What has been found in files, and what is wrong with it, in words."""

from collections.abc import Mapping
from typing import Any

from handover_api.content.importing.found import Remark
from handover_api.models import ContentImport, ContentImportItem
from handover_api.rules.article import Fault, FaultKind
from handover_api.rules.article_table import MAX_ROWS, RowFault, Unreadable
from handover_api.rules.import_course import MOST_BYTES, MOST_FILES, ImportState
from handover_api.rules.message import MAX_CHARACTERS
from handover_api.rules.uploaded_file import FileFault
from handover_api.web import outcomes
from handover_api.web.studio_article_form import sentence

MOST_MEGABYTES = MOST_BYTES // 1_000_000
TOO_BIG = (
    f"Filerna är för stora. De får vara högst {MOST_MEGABYTES} MB tillsammans. Dela upp dem och läs in en del i taget. "
    "En arbetsbok blir mindre om bilder och blad som inte har svar tas bort."
)
TOO_MANY_FILES = f"Välj högst {MOST_FILES} filer åt gången, eller lägg dem i en zip-fil."
NO_FILE = "Välj en fil."

STATES = {
    ImportState.READING: "Läses",
    ImportState.READY: "Väntar på ditt beslut",
    ImportState.WRITING: "Utkasten skapas",
    ImportState.DONE: "Klar",
    ImportState.CANCELLED: "Avbruten",
    ImportState.FAILED: "Misslyckades",
}

# `{word}` names what is wrong, `{cell}` where, `{other}` the row or the file that says the same; `{area}` is the area
# that a row says, `{other_area}` the one that it is held against or that a topic would be made in.
_SENTENCES = {
    FileFault.EMPTY: "Filen är tom.",
    FileFault.UNKNOWN_KIND: (
        "Filen är av ett slag som inte går att läsa in. Välj CSV, Excel (.xlsx), Markdown (.md), HTML eller en zip-fil "
        "med sådana."
    ),
    FileFault.OLD_WORKBOOK: (
        "Filen är sparad i Excels gamla format (.xls). Öppna den i Excel och spara den som ”Excel-arbetsbok (.xlsx)”."
    ),
    FileFault.PASSWORD: "Filen är skyddad med lösenord. Ta bort lösenordet, spara filen och försök igen.",
    FileFault.PDF: "En PDF går inte att läsa in. Klistra in texten i ett kalkylblad, eller spara sidan som HTML.",
    FileFault.WORD: (
        "Ett Word-dokument går inte att läsa in. Spara det som ”Webbsida, filtrerad” (HTML), eller klistra in svaren i "
        "ett kalkylblad."
    ),
    FileFault.OPEN_DOCUMENT: "Filen är sparad som OpenDocument. Spara den som Excel (.xlsx) eller CSV.",
    FileFault.DAMAGED: (
        "Filen är skadad och går inte att läsa. Öppna den i programmet som den kommer från, spara den på nytt och "
        "försök igen."
    ),
    FileFault.TOO_BIG_UNPACKED: "Filen blir för stor när den packas upp. Dela upp den i flera.",
    FileFault.TOO_MANY_FILES: "Zip-filen har för många filer. Dela upp den i flera.",
    FileFault.ZIP_IN_ZIP: "En zip-fil i en zip-fil läses inte. Packa upp den först.",
    FileFault.NOTHING_IN_IT: (
        "Zip-filen har inga filer som går att läsa in. De ska vara CSV, Excel (.xlsx), Markdown (.md) eller HTML."
    ),
    FileFault.TEXT_TOO_LONG: "Filen är för stor för att vara ett svar.",
    Unreadable.EMPTY: "Filen är tom, eller har bara rubriker.",
    Unreadable.ENCODING: (
        "Filens bokstäver går inte att läsa. Spara den som ”CSV UTF-8” i Excel, eller med teckenkodningen UTF-8, och "
        "försök igen."
    ),
    Unreadable.QUOTATION: "Filen går inte att dela upp i rader. Ett citattecken kan saknas.",
    Unreadable.ROWS: f"Filen har fler än {MAX_ROWS} rader. Dela upp den i flera filer.",
    Unreadable.TWICE: "Kolumnen ”{word}” finns två gånger. Ta bort den ena.",
    Unreadable.COLUMNS: "Kolumnen ”{word}” saknas. En rad ska ha rubrikerna ”ämne” eller ”fråga”, och ”svar”.",
    RowFault.UNEVEN: "Raden har fler celler än det finns rubriker. Ett citattecken eller en rubrik kan saknas.",
    RowFault.FORMULA: "{cell} är en formel. Klistra in den som text.",
    RowFault.ERROR: "{cell} visar ett fel från Excel. Skriv texten i stället.",
    RowFault.MERGED: "{cell} är sammanslagen med en annan. Dela upp den och fyll i båda.",
    RowFault.NO_ANSWER: "Svaret är tomt.",
    RowFault.NO_TOPIC: "Raden säger inte vilket ämne den gäller.",
    Remark.NO_SUCH_TOPIC: "Ämnet ”{word}” finns inte. Skriv ämnets namn eller rubrik som i listan.",
    Remark.TOPIC_TO_MAKE: (
        "Ämnet ”{word}” finns inte. Skapa det i området ”{other_area}”, eller skriv ett ämne som finns."
    ),
    Remark.RETIRED: "Ämnet ”{word}” är avvecklat. Ta tillbaka det på ämnets sida om det ska ha ett svar.",
    Remark.NO_SUCH_AREA: "Området ”{word}” finns inte. Skriv det som i listan över ämnen.",
    Remark.OTHER_AREA: (
        "Raden säger området ”{area}”, men ämnet ligger i ”{other_area}”. Ämnet flyttas inte av inläsningen."
    ),
    Remark.DRAFTED: "Det finns redan ett utkast om ämnet.",
    Remark.SAME_TOPIC: "{other} gäller samma ämne. Bara den används.",
    Remark.SAME_TEXT: "Svaret är detsamma som det som är publicerat.",
    Remark.NO_DAY: "”{word}” är ingen dag. Skriv den som år-månad-dag, till exempel 2027-01-15.",
    Remark.FRONT_MATTER: "Det som står överst i filen, mellan raderna med tre streck, går inte att läsa.",
    Remark.FRONT_MATTER_FIELD: "”{word}”, som står överst i filen, går inte att läsa.",
    Remark.NOT_A_PAGE: "Filen är ingen webbsida som går att läsa.",
    Remark.NO_TEXT: "Filen har ingen text.",
    Remark.TOO_LONG: f"En text är för lång för att sparas. Ett svar får ha högst {MAX_CHARACTERS} tecken.",
    Remark.CUT: f"Sidan är lång. Bara de första {MAX_CHARACTERS} tecknen kom med.",
    Remark.NO_ADDRESS: "Sidan säger inte sin adress. Fyll i källan i utkastet.",
    Remark.PUBLISHED_SINCE: (
        "En ny version av artikeln har publicerats sedan filen lästes in. Läs in filen igen om den ska ändras."
    ),
    Remark.ENCODING_GUESSED: (
        "Filen säger inte hur bokstäverna är skrivna. Den lästes som Windows-1252. Kontrollera å, ä och ö."
    ),
    Remark.NOT_READ: "Filer av andra slag i zip-filen lästes inte: {word}.",
    Remark.SHEET_WITHOUT_ANSWERS: "Bladet ”{word}” har inte rubrikerna och lästes inte.",
}


def reason(stored: Mapping[str, Any], facts: Mapping[str, str], *, is_row: bool = False, is_sheet: bool = False) -> str:
    """What is wrong, or worth a look, and what to do about it. `is_row`: it stands in a table."""
    kind, word, field = stored["kind"], stored["word"], stored["field"]
    if field and kind in set(FaultKind):
        return sentence(Fault(field, FaultKind(kind), word), facts)
    return _SENTENCES[kind].format(
        word=word,
        cell=f"Cellen {word}" if is_sheet else f"Cellen under ”{word}”",
        other=f"Rad {word}" if is_row and word.isdecimal() else f"Filen {word}",
        area=outcomes.area(word),
        other_area=outcomes.area(stored.get("other", "")),
    )


def place(item: ContentImportItem, *, is_only_file: bool) -> str:
    """Where it stands, as short as can be understood."""
    parts = []
    if not (is_only_file and item.line):
        parts.append(item.file)
    if item.sheet:
        parts.append(f"bladet {item.sheet}")
    if item.line:
        parts.append(f"rad {item.line}")
    told = ", ".join(parts)
    return told[:1].upper() + told[1:] if parts and parts[0] != item.file else told


def files(found: ContentImport) -> str:
    first, *others = found.file_names
    return f"{first} och {count(len(others), 'fil till', 'filer till')}" if others else first


def count(number: int, one: str, many: str) -> str:
    """Like "1 rad" or "3 rader"."""
    return f"{number} {one if number == 1 else many}"
