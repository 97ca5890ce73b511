"""Names of people, where the Swedish text itself shows them to be names.

By what stands before ("jag heter", "min son", "herr"), by how a letter ends, and by how Swedish surnames end. A name
that nothing shows to be one cannot be told from a place and stays. Places, authorities and streets are no names.
"""

import re

NAME_MASK = "[namn borttaget]"

_LETTER = r"[^\W\d_]"
# Words that often stand with a capital where a name could, because a sentence begins there or somebody shouts.
_OTHER_WORDS = (
    "och|jag|vi|du|ni|han|hon|hen|man|de|dem|den|det|som|är|var|vara|har|hade|kan|kunde|får|"
    "fick|ska|skall|skulle|vill|ville|bor|undrar|på|i|in|från|till|vid|med|för|om|men|eller|när|"
    "hur|vad|vem|varför|vilken|vilket|vilka|hej|hejsan|tack|mvh|hälsningar|hälsning|hälsar|måste|"
    "behöver|finns|gäller|kommer|går|blir|min|mitt|mina|din|ditt|er|era|en|ett|inte|ingen|inget|"
    "inga|nu|så|då|här|där|ju|att|av|också|bara|väl|nog|under|efter|före|innan|över|mot|kring|"
    "ring|ringer|kontakta|fråga|god|goda|bästa|kära|vänliga|vänligen|mycket|ligger|tillhör|hör|brukar|"
    "stänger|öppnar|heter|sedan|samma|något|någon|några|fortfarande|egentligen|numera|både|varken|"
    "snälla|ja|nej|ok|okej|hjälp|kommun|kommunen|region|regionen|norra|södra|östra|västra|gamla|nya|"
    "stora|lilla|övre|nedre|yttre|inre|svenska|sankt|sankta|familjen|herr|fru|fröken|doktor|rektor|"
    "bygglov"
)
_BODIES = (
    "skolan|skola|förskolan|kassan|verket|styrelsen|nämnden|kontoret|myndigheten|tjänsten|kyrkan|kyrka|"
    "hemmet|badet|hallen|biblioteket|centrum|centret|sjukhuset|sjukhus|bolaget|byrån|förbundet|länet|"
    "gymnasiet|gymnasium|teriet|rätten|kommunen|kommun|gatan|gata|vägen|väg|torget|parken|huset|gården|"
    "området|centralen|lasarettet|museet|arenan|avdelningen|förvaltningen|enheten|inspektionen|ombudsmannen|"
    "polisen|boendet|boende|bostäder|energi"
)
_TOWNS = (
    "Lund|Stockholm|Katrineholm|Hässleholm|Laholm|Vaxholm|Djursholm|Falkenberg|Lindesberg|Hallsberg|"
    "Norberg|Varberg|Kopparberg|Ljusnarsberg|Olofström|Danmark|Finnmark"
)
# A word that stands where a name could, and is none.
_NO_NAME = rf"(?!(?i:{_OTHER_WORDS})(?![\w-]))(?!{_LETTER}*(?i:{_BODIES})\b)"
_CAPITAL = "[A-ZÀ-ÖØ-ÞĀ-Ž]"
_NAME = rf"(?={_CAPITAL}){_NO_NAME}{_LETTER}{{2,}}+(?:[-'’]{_LETTER}++){{0,2}}+"
# What is all in capitals may be short for anything.
_GIVEN_NAME = rf"(?={_CAPITAL}[^\W\d_A-ZÅÄÖ]){_NAME}"
_PARTICLE = r"(?:(?i:von|af|de|van|der|al|el|bin) )?"


def _one_or_more(name: str) -> str:
    row = rf"{_PARTICLE}{name}(?: {_PARTICLE}{name}){{0,3}}+"
    return rf"{row}(?: (?i:och|o|&) {row})?"


_NAMES = _one_or_more(_NAME)
_GIVEN_NAMES = _one_or_more(_GIVEN_NAME)
_SURNAME_ENDINGS = (
    *("sson", "ström", "berg", "bergh", "qvist", "kvist", "quist", "lund", "lundh", "gren", "holm"),
    *("löf", "lööf", "dahl", "stedt", "blad", "blom", "lind", "lindh", "mark"),
)
_ENDS_AS_SURNAME = rf"(?:{'|'.join(rf'(?<={ending})|(?<={ending}s)' for ending in _SURNAME_ENDINGS)})"
# Streets, schools and the like are named after people.
_NAMED_AFTER = (
    r"(?! (?i:gatan?|väg(?:en)?|gränd|torg|plan|plats|allé|alle|backe|stig|skola|park|gymnasium|minne|stiftelse|fond|"
    r"museum|barnsjukhus)\b)"
)
# Of a letter, but for how to reach whoever wrote it.
_END = r"(?=[\s.!,]{0,8}(?:\Z|\[(?!namn)))"
# As people who write no capitals at all sign and present themselves.
_SMALL_WORD = rf"{_NO_NAME}{_LETTER}{{2,}}+"
_SMALL_NAMES = rf"{_SMALL_WORD}(?: {_SMALL_WORD}(?:{_ENDS_AS_SURNAME}|(?=[.,!?\n]|\Z)))?"
_SMALL_SIGNATURE = rf"{_SMALL_WORD}(?: {_SMALL_WORD})?(?=[ ,.!]{{0,4}}(?:\Z|\n|\[(?!namn)))"

# With whose they are, as many of these words mean other things too.
_SOMEBODYS = (
    "son|dotter|man|hustru|fru|make|maka|sambo|mamma|mor|pappa|far|bror|syster|barn|barnbarn|mormor|"
    "morfar|farmor|farfar|moster|faster|morbror|farbror|kusin|granne|vän|väninna|kompis|flickvän|"
    "pojkvän|svärmor|svärfar|svägerska|svåger|styvson|styvdotter|sonson|dotterson|sondotter|dotterdotter|"
    "pojke|flicka|tjej|kille|chef|kollega|hyresvärd|handläggare|lärare"
)
_PEOPLE = (
    "sonen|dottern|maken|makan|hustrun|sambon|mamma|pappa|mormor|morfar|farmor|farfar|moster|faster|"
    "brodern|systern|grannen|grannarna|barnet|herr|herrn|fru|fröken|doktor|dr|dr[.]|familjen|rektor|"
    "rektorn|läraren|läkaren|handläggaren|handläggare|sköterskan|chefen|kollegan|hyresvärden|mäklaren"
)
_CLOSING = (
    r"(?i:m\.?v\.?h\.?|(?:vänliga?|varma|bästa|många|hjärtliga) hälsning(?:ar)?|hälsningar?|hälsar|"
    r"vänligen|kram(?:ar)?)"
)
_INTRODUCTION = "(?:jag|hon|han|hen) heter|(?:mitt|hans|hennes) (?:för|efter)?namn är|namn:"
_WHOSE = "min|mitt|mina|vår|vårt|våra|hans|hennes|deras|sin|sitt"
_PERSON = rf"(?:(?:{_WHOSE})(?: [\w-]{{1,20}}){{0,2}}? (?:{_SOMEBODYS})|{_PEOPLE}|c/o)"
_SHOWN = tuple(
    re.compile(pattern)
    for pattern in (
        rf"\b(?P<cue>(?i:{_INTRODUCTION}) )(?:{_NAMES}|{_SMALL_NAMES})",
        rf"\b(?P<cue>(?i:jag är) ){_GIVEN_NAMES}",
        rf"\b(?P<cue>(?i:{_PERSON}(?:,|,? som heter|,? heter)? )){_GIVEN_NAMES}",
        rf"\b(?P<cue>{_CLOSING}[,:.!]?[ \n]{{1,4}}(?:(?i:från|gm) |/ ?)?)(?:{_NAMES}|{_SMALL_SIGNATURE})",
        rf"(?P<cue>(?:\A|(?<=\s))//? ?)(?:{_NAMES}|{_SMALL_SIGNATURE}){_END}",
        rf"\b(?P<cue>(?i:tack)[^\n.!?,]{{0,40}}[\n.!?,]\s{{0,4}}){_GIVEN_NAMES}{_END}",
        # A line of its own at the end.
        rf"(?P<cue>\n){_GIVEN_NAME}(?: {_PARTICLE}{_GIVEN_NAME}){{1,2}}{_END}",
        rf"\b(?P<cue>)(?:{_NAME} ){{0,3}}{_PARTICLE}{_NAME}(?:(?<=sson)|(?<=ssons)|(?<=SSON)){_NAMED_AFTER}",
        rf"\b(?P<cue>)(?:{_NAME} ){{1,3}}{_PARTICLE}(?!(?:{_TOWNS})s?\b){_NAME}{_ENDS_AS_SURNAME}{_NAMED_AFTER}",
    )
)


def mask_names(text: str) -> str:
    for shown in _SHOWN:
        text = shown.sub(lambda match: match["cue"] + NAME_MASK, text)
    return text
