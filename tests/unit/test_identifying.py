"""What is taken away from the copy of a question so that it does not tell who asked, and what stays."""

from pathlib import Path

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from handover_api.rules.addresses_in_text import ADDRESS_MASK, PROPERTY_MASK
from handover_api.rules.identifying import (
    EMAIL_MASK,
    REGISTRATION_MASK,
    TELEPHONE_MASK,
    mask_who_asked,
    seems_to_tell_who,
)
from handover_api.rules.masks import beginning, has_mask, without_masks
from handover_api.rules.names_in_text import NAME_MASK
from handover_api.rules.personal_data import CARD_NUMBER_MASK, PERSONAL_NUMBER_MASK, mask
from handover_api.rules.phrase import as_phrase

NLU = Path(__file__).parents[2] / "data" / "nlu"
# Of the telephone numbers that are nobody's (PTS).
TELEPHONES = st.builds(
    lambda form, last: form.format(last),
    st.sampled_from(
        (
            *("0980-319 2{:02}", "0980-3192{:02}", "(0980) 31 92 {:02}", "+46 980-319 2{:02}", "+46 (0)980 3192{:02}"),
            *("070-174 06 {:02}", "0701740 6{:02}", "070 174 06 {:02}", "+467017406{:02}", "00467017406{:02}"),
            *("08-465 004 {:02}", "08-46500 4{:02}", "08 / 465 004 {:02}"),
        )
    ),
    st.integers(5, 99),
)
EMAILS = st.from_regex(r"\A[a-z]{1,9}(\.[a-z]{1,9})?(@| @|\(at\))[a-z]{2,9}\.example\Z")
STREETS = st.sampled_from(
    (
        *("Storgatan", "storgatan", "Ringvägen", "ringvägen", "Kvarngränd", "Stortorget", "Björkstigen", "Lindallén"),
        *("Brobacken", "Exempelplan", "Norra Vägen", "Västra Storgatan", "S:t Exempelgatan", "Anders Exempels gata"),
        *("Exempels väg", "Lillstrand", "Björkslingan"),
    )
)
HOUSES = st.sampled_from(
    ("1", "12 B", "12b", "3, lgh 1203", "3 lgh 1203", "4-6", "8, 2 tr", "7 A, 123 45 Exempelby", "112", "3 uppgång C")
)
ADDRESSES = st.builds("{} {}".format, STREETS, HOUSES)
PLATES = st.builds(
    "{}{}{}{}".format,
    st.text("ABCDEFGHJKLMNOPRSTUWXYZ", min_size=3, max_size=3).filter(
        lambda letters: (
            letters
            not in {"SFS", "OSL", "PBL", "LSS", "HAR", "KAN", "DEN", "DET", "MED", "ALL", "MAX"}
            | {"MER", "NYA", "UPP", "HUS", "RUM", "LGH", "SAL"}
        )
    ),
    st.sampled_from([" ", "", "-"]),
    st.text("0123456789", min_size=2, max_size=2),
    st.sampled_from("0123456789ABCDEFG"),
)
NAMES = st.sampled_from(
    ("Förnamn", "Förnamn Efternamn", "För-Namn Efternamnsson", "Förnamn von Efternamn", "Förnamn Mellan Exempelström")
)
# A sign, and what it is replaced with.
SIGNS = st.one_of(
    st.tuples(EMAILS, st.just(EMAIL_MASK)),
    st.tuples(TELEPHONES, st.just(TELEPHONE_MASK)),
    st.tuples(ADDRESSES, st.just(ADDRESS_MASK)),
    st.tuples(PLATES, st.just(REGISTRATION_MASK)),
    st.tuples(st.just("Kyrkbyn 3:14"), st.just(PROPERTY_MASK)),
    st.tuples(st.sampled_from(("Förnamn Exempelsson", "Exempelsson", "Förnamn Exempelqvist")), st.just(NAME_MASK)),
)
BEFORE = st.sampled_from(("det gäller ", "Hej! Jag undrar om ", "Hur är det med ", "(", "soporna vid ", "till "))
AFTER = st.sampled_from(("", ".", "?", ", tack", " och vad kostar det?", ")", "\nSvara snart", "!"))
PIECES = (
    *(
        "jag heter ",
        "Förnamn",
        " ",
        "min son ",
        "Exempelsson",
        "mvh",
        "\n",
        "/",
        "Tack!",
        "storgatan ",
        "12",
        " B",
        "3:1",
    ),
    *(
        "070-",
        "1740605",
        "@",
        "a.example",
        "ABC",
        "123",
        ",",
        "[",
        "namn borttaget]",
        NAME_MASK,
        TELEPHONE_MASK,
        "bor på ",
    ),
    *("Norra ", "tel ", "och ", "+", "(0)", "lgh 1203", "'", "von ", "gata ", "-"),
)


@given(st.text() | st.lists(st.sampled_from(PIECES), max_size=25).map("".join))
# Where one sign ends the next may begin.
@example("Exempelsson0701740605")
def test_masking_twice_changes_nothing_more(text: str) -> None:
    assert mask_who_asked(mask_who_asked(text)) == mask_who_asked(text)


@given(BEFORE, SIGNS, AFTER)
def test_a_sign_is_replaced_and_the_words_around_it_stay(before: str, sign: tuple[str, str], after: str) -> None:
    written, replacement = sign
    assert mask_who_asked(before + written + after) == before + replacement + after


@given(st.lists(SIGNS, min_size=1, max_size=4))
def test_no_sign_of_several_stays(signs: list[tuple[str, str]]) -> None:
    text = ", och ".join(["Hej", *(written for written, _ in signs)])
    assert mask_who_asked(text) == ", och ".join(["Hej", *(replacement for _, replacement in signs)])


@pytest.mark.parametrize(
    "words",
    [
        *(
            "jag heter {} och undrar",
            "Hej, mitt namn är {}.",
            "Namn: {}",
            "min son {} går på Norrskolan",
            "Hon heter {}",
        ),
        *("min äldsta dotter, {}, är sjuk", "vår 7-åriga son som heter {} ska börja", "grannen {} eldar", "Jag är {}"),
        *("fru {} ringde", "handläggaren {} svarar inte", "familjen {} bor här", "c/o {}"),
        *("Hur söker jag?\n\nMvh {}", "Kan jag söka?\nMed vänlig hälsning\n{}", "Vad kostar det? Hälsningar, {}"),
        *("När är det öppet? /{}", "När är det öppet?\n/ {}", "Vad kostar det? Tack på förhand!\n{}"),
    ],
)
@given(name=NAMES)
def test_a_name_is_known_by_what_stands_around_it(words: str, name: str) -> None:
    assert mask_who_asked(words.format(name)) == words.format(NAME_MASK)


@pytest.mark.parametrize(
    ("written", "masked"),
    [
        ("jag heter förnamn och undrar", f"jag heter {NAME_MASK} och undrar"),
        ("jag heter förnamn efternamnsson och undrar", f"jag heter {NAME_MASK} och undrar"),
        ("vad kostar det? mvh förnamn efternamn", f"vad kostar det? mvh {NAME_MASK}"),
        ("JAG HETER FÖRNAMN EFTERNAMN OCH UNDRAR", f"JAG HETER {NAME_MASK} OCH UNDRAR"),
        ("Får jag bygga?\nFörnamn Efternamn", f"Får jag bygga?\n{NAME_MASK}"),
        ("min man Förnamn och Förnamn Efternamn", f"min man {NAME_MASK}"),
        ("Vad kostar det? Mvh Förnamn\n070-174 06 05", f"Vad kostar det? Mvh {NAME_MASK}\n{TELEPHONE_MASK}"),
        ("ring mig på 123 45", f"ring mig på {TELEPHONE_MASK}"),
        ("tel: 12 34 56", f"tel: {TELEPHONE_MASK}"),
        ("min bil abc123 är borta", f"min bil {REGISTRATION_MASK} är borta"),
        ("jag bor på Norrbyn 45 och undrar", f"jag bor på {ADDRESS_MASK} och undrar"),
        ("Storgatan 12 i Exempelby", f"{ADDRESS_MASK} i Exempelby"),
        ("Fastigheten Kyrkbyn 3:14 är ny", f"Fastigheten {PROPERTY_MASK} är ny"),
    ],
)
def test_people_write_in_many_ways(written: str, masked: str) -> None:
    assert mask_who_asked(written) == masked


@pytest.mark.parametrize(
    "text",
    [
        "Hur många bor i Exempelby 2024?",
        *("När plogas Västra Storgatan?", "Bor man i Norra Berg eller i Östra Lund?", "Hör det till Svenska kyrkan?"),
        *("Frågar man Lantmäteriet, Skatteverket eller Region Norrbotten?", "Är det Förvaltningsrätten i Falkenberg?"),
        *(
            "När Stockholm och Katrineholm har öppet",
            "Astrid Lindgrens väg är hal",
            "Det är Exempelkommunen som gäller",
        ),
        *(
            "Det gäller ärende 2026-000123.",
            "mitt nummer är 2026-000123",
            "Jag fyllde i blanketten 2026-11-20 kl 08-16",
        ),
        *("Öppet 8:30 till 16:15, eller 08-12 13-16, eller 0700-1630?", "den 05-12-2024", "Ring 112 eller 114 14"),
        *(
            "Fakturan är på 1 200,50 kr, bankgiro 5050-1055",
            "lagen 2010:900 och PBL 9:31",
            "postnumret 123 45 Exempelby",
        ),
        *(
            "detaljplanen 2024",
            "Översiktsplan 2040",
            "parkeringsplats 12",
            "våning 3 på plan 2",
            "väg 372 och riksvägen 95",
        ),
        *(
            "cykelvägen 3 meter bred",
            "på storgatan 3 gånger om dagen",
            "min man har 100 kr",
            "får man 2 barn på 3 platser",
        ),
        *(
            "jag heter inget särskilt",
            "Tack för hjälpen",
            "vad kostar det?\nTack",
            "Mvh en orolig förälder",
            "och/eller",
        ),
        *(
            "Buss Arlanda Stockholm går inte",
            "Ska min son Norrskolan eller Söderskolan välja",
            "Frågar mamma Lantmäteriet?",
        ),
        *("Vill min son Har rätt till skolskjuts", "kan man få LSS 2026", "Skriv till hyresvärden. Ange datum."),
    ],
)
def test_what_is_no_sign_of_a_person_stays(text: str) -> None:
    assert mask_who_asked(text) == text
    assert not seems_to_tell_who(text)


def test_the_questions_that_the_bot_is_trained_on_stay_as_they_are() -> None:
    phrases = [
        line.removeprefix("- ")
        for path in NLU.glob("*.yml")
        # What no topic answers names people whom everybody knows.
        if path.name != "utanfor.yml"
        for intent in yaml.safe_load(path.read_text(encoding="utf-8"))["nlu"]
        for line in intent["examples"].splitlines()
    ]
    assert len(phrases) > 5000
    assert [phrase for phrase in phrases if seems_to_tell_who(phrase)] == []


@pytest.mark.timeout(20)
@pytest.mark.parametrize(
    "piece",
    [
        "a",
        "Aa ",
        "Aa'",
        "07-",
        "a@",
        "storgatan 1 ",
        "Norra ",
        "min son ",
        "mvh\n",
        "Aa-tack, ",
        "Aa 1:1 ",
        "tel ",
        "[",
        " ",
    ],
)
def test_the_longest_texts_of_the_same_are_read_without_trouble(piece: str) -> None:
    text = piece * (20_000 // len(piece))
    masked = mask_who_asked(text)
    assert without_masks(masked).count("[") == text.count("[")
    assert has_mask(masked) == (masked != text)


def test_every_mask_is_known_again_also_as_phrases_have_it() -> None:
    masks = [PERSONAL_NUMBER_MASK, CARD_NUMBER_MASK, NAME_MASK, EMAIL_MASK, TELEPHONE_MASK, ADDRESS_MASK, PROPERTY_MASK]
    for each in [*masks, REGISTRATION_MASK]:
        for text in (f"det gäller {each} och altan", as_phrase(f"det gäller {each} och altan")):
            assert has_mask(text)
            assert seems_to_tell_who(text)
            assert without_masks(text).split() == ["det", "gäller", "och", "altan"]
    assert not has_mask("[borttaget] (borttagen) [något annat]")


@given(st.text())
def test_what_masks_numbers_leaves_the_other_masks_alone(text: str) -> None:
    masked = mask_who_asked(text)
    assert mask(mask(masked)) == mask(masked)


@pytest.mark.parametrize(
    ("most", "shown"),
    [
        (5, "Ring"),
        (12, "Ring"),
        (5 + len(TELEPHONE_MASK), f"Ring {TELEPHONE_MASK}"),
        (5 + len(TELEPHONE_MASK) + 3, f"Ring {TELEPHONE_MASK} i"),
        (1000, f"Ring {TELEPHONE_MASK} i kväll [sent]"),
    ],
)
def test_the_beginning_of_a_text_ends_with_no_half_mask(most: int, shown: str) -> None:
    assert beginning(f"Ring {TELEPHONE_MASK} i kväll [sent]", most) == shown
