"""What must not stand in any file of the project."""

import re
from calendar import monthrange

from repository import tracked_texts

# Written in pieces, so that this file does not hold what it looks for.
MACHINE_PATHS = re.compile("|".join(f"/{name}/" for name in ("wor" + "k", "hom" + "e", "Use" + "rs", "roo" + "t")))
REGISTRY_HOSTS = re.compile(
    "|".join(
        re.escape(host)
        for host in (
            "pypi" + ".org",
            "pythonhosted" + ".org",
            "npmjs" + ".org",
            "npmjs" + ".com",
            "docker" + ".io",
            "ghcr" + ".io",
            "quay" + ".io",
        )
    )
)
DATE_AND_FOUR_DIGITS = re.compile(r"(?<![\w.-])(?:1[89]|20)?(\d{2})(\d{2})(\d{2})[-+ ]?(\d{4})(?![\w-])")


def is_personal_number(year: str, month: str, day: str, last: str) -> bool:
    """Whether somebody could have it: a date, a birth number that is given out, and the right check digit."""
    born_on = int(day) - 60 if int(day) > 60 else int(day)
    if not 1 <= int(month) <= 12 or not 1 <= born_on <= monthrange(2000, int(month))[1] or last.startswith("000"):
        return False
    digits = [int(digit) for digit in year + month + day + last]
    doubled = [digit * 2 if place % 2 == 0 else digit for place, digit in enumerate(digits)]
    return sum(sum(divmod(value, 10)) for value in doubled) % 10 == 0


def places(pattern: re.Pattern[str]) -> list[str]:
    return [f"{path}: {found}" for path, text in tracked_texts().items() for found in pattern.findall(text)]


def test_no_file_names_a_place_on_somebodys_machine() -> None:
    assert places(MACHINE_PATHS) == []


def test_no_file_names_a_package_registry() -> None:
    assert places(REGISTRY_HOSTS) == []


def test_no_file_holds_a_number_that_could_be_somebodys() -> None:
    found = [
        f"{path}: {match[0]}"
        for path, text in tracked_texts().items()
        for match in DATE_AND_FOUR_DIGITS.finditer(text)
        if is_personal_number(*match.groups())
    ]
    assert found == []


def test_the_search_for_personal_numbers_finds_them() -> None:
    possible = [f"123{digit}" for digit in range(10) if is_personal_number("90", "01", "01", f"123{digit}")]
    assert len(possible) == 1
    for form in ("900101{}", "900101-{}", "900101+{}", "19900101{}", "19900101-{}"):
        match = DATE_AND_FOUR_DIGITS.search(f"född {form.format(*possible)}.")
        assert match
        assert is_personal_number(*match.groups())
    assert not is_personal_number("90", "13", "01", *possible)
    assert not is_personal_number("90", "02", "30", *possible)
