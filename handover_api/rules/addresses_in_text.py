"""Where somebody lives, as Swedish texts write it: a street with a number, or what a property is called.

A street without a number, a town and a postcode alone are places of many, and stay.
"""

import re

ADDRESS_MASK = "[adress borttagen]"
PROPERTY_MASK = "[fastighetsbeteckning borttagen]"

_LETTER = r"[^\W\d_]"
_CAPITALISED = rf"[A-ZÀ-ÖØ-Þ]{_LETTER}*+"
# They name streets however they are written; the longer word before them says which. The ending alone says nothing.
_STREET = re.compile(r".{2,}(?:gatan?|vägen|gränd|gränden|torget|stigen|allén|backen|slingan|svängen)")
# They name much else too, so they are streets only with a capital.
_CAPITALISED_STREET = re.compile(
    r".{2,}(?:plan|planen|plats|platsen|leden|torg|allé|alle|backe|stig|väg|parken|ringen|kroken|kajen|hamnen|gården|"
    r"ängen|åsen|höjden|liden|kullen|bron|stranden|esplanaden|promenaden|gärdet|rundeln|terrassen|strand|vreten|"
    r"lyckan|viken|sundet|udden|näset)"
)
# Plans, places and roads that are nobody's address.
_NO_STREET = re.compile(
    r"(?i:(?:detalj|översikts|handlings|läro|genomförande|vård|mål|kurs|lek|park|ute|arbets|förskole|skol|"
    r"parkerings|återvinnings|boende|praktik|plan|buss|tåg|års|verksamhets|utbildnings|åtgärds|timme?|krono|"
    r"individ|beredskaps|risk|vatten|sim|ankar|båt|mark|bygg|affärs|budget|kommunal|energi|klimat|trafik|"
    r"riks|läns|europa|motor|järn|gång|cykel|bil)s?(?:plan|plats|park|led|väg|bana|gård)\w*)"
)
_SIDE = r"(?:(?i:norra|södra|östra|västra|gamla|nya|stora|lilla|övre|nedre|yttre|inre|mellersta|sankt|sankta|s:ta?) )?"
# A number that counts or measures something is no number of a house.
_MEASURE = (
    r"(?! ?(?:%|(?i:gånger|gång|meter|m2?|cm|mm|km|kr|kronor|år|åren|dagar|dag|timmar|timme|minuter|min|procent|"
    r"kvm|kvadratmeter|st|stycken|veckor|vecka|månader|månad|personer|barn|bilar|hus|lägenheter|tusen|miljoner)(?!\w)))"
)
_NUMBER = (
    rf"\d{{1,4}}(?!\d|[.,:]\d){_MEASURE}(?: ?[A-Ha-dfgh](?!\w)|[A-Za-z](?!\w))?(?!\w)"
    r"(?: ?[-–] ?\d{1,4}[A-Za-z]?(?!\w))?"
)
_REST = (
    r"(?:,? (?i:lgh|lägenhet|läg|port|uppgång|trapphus|vån|våning)\.?(?: ?nr\.?)? ?[\dA-Z]\w{0,4}+(?!\w)"
    r"|,? (?i:\d{1,2} tr|nb|bv)(?!\w))?"
    rf"(?:,? \d{{3}} ?\d\d(?!\d)(?:,? {_CAPITALISED})?)?"
)
_ONE_WORD = re.compile(rf"\b(?P<side>{_SIDE})(?P<street>{_LETTER}++),? {_NUMBER}{_REST}")
# "Olof Palmes gata 3": at most three words before the street's own.
_OF_SOMEBODY = re.compile(
    rf"\b(?!(?:På|I|Vid|Från|Till|Hej|Jag|Vi|Min|Mitt|Mot|Över|Efter|För) )(?:{_CAPITALISED} ){{1,3}}"
    rf"(?i:gatan?|väg(?:en)?|gränd|torg|plan|plats|allé|alle|backe|stig|gård) {_NUMBER}{_REST}"
)
# Villages have numbers and no streets: "bor på Norrbyn 12". A town with a year is none.
_YEAR = r"(?:19|20)\d\d(?!\d)"
_IN_A_VILLAGE = re.compile(
    rf"\b(?P<cue>(?i:(?:bor|bosatt|boende|flyttar|flyttat|flyttade|flytta|huset|stugan|adress(?:en)?)"
    rf"(?: är)?:? (?:(?:på|i|vid|till|från) )?))(?:{_CAPITALISED} ){{1,2}}(?!{_YEAR}){_NUMBER}{_REST}"
)
_PROPERTY = re.compile(
    rf"\b(?!Fastighet)(?P<name>{_CAPITALISED}(?: {_CAPITALISED})?) "
    r"(?P<block>[1-9]\d{0,2}):(?P<unit>[1-9]\d{0,3})(?![\d:])"
)
_NO_PROPERTY = re.compile(
    r"(?i:kl|klockan|från|till|mellan|efter|före|innan|runt|vid|ca|cirka|öppet|öppnar|stänger|tid|tiden|måndag\w*|"
    r"tisdag\w*|onsdag\w*|torsdag\w*|fredag\w*|lördag\w*|söndag\w*|januari|februari|mars|april|maj|juni|juli|augusti|"
    r"september|oktober|november|december|kap|kapitel|version|skala|proportion)|[A-ZÅÄÖ]{2,4}"
)
_BEGINS_A_SENTENCE = re.compile(r"(?:\A|[.!?:\n])[ \n]*\Z")


def mask_addresses(text: str) -> str:
    text = _ONE_WORD.sub(lambda match: ADDRESS_MASK if _is_street(match["street"], match["side"]) else match[0], text)
    text = _OF_SOMEBODY.sub(ADDRESS_MASK, text)
    text = _IN_A_VILLAGE.sub(lambda match: match["cue"] + ADDRESS_MASK, text)
    return _PROPERTY.sub(lambda match: PROPERTY_MASK if _is_property(match) else match[0], text)


def _is_street(word: str, side: str) -> bool:
    if _NO_STREET.fullmatch(word):
        return False
    plain = f"{side.strip()}{word}".casefold()
    return bool(_STREET.fullmatch(plain) or (word[0].isupper() and _CAPITALISED_STREET.fullmatch(plain)))


def _is_property(match: re.Match[str]) -> bool:
    if _NO_PROPERTY.fullmatch(match["name"].split()[0]):
        return False
    # At the beginning of a sentence any word has a capital, and most of what looks so is a time.
    looks_like_a_time = int(match["block"]) <= 24 and len(match["unit"]) == 2 and int(match["unit"]) < 60  # noqa: PLR2004
    return not (looks_like_a_time and _BEGINS_A_SENTENCE.search(match.string, max(0, match.start() - 3), match.start()))
