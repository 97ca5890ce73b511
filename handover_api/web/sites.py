"""The web sites that the chat stands on: who may frame it, what it looks like there, and what its launcher says.

They are written in a file (SITES_PATH, docs/embedding.md), which is read and checked once, when the service starts.
"""

import hashlib
import re
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Annotated, Literal, Self

import yaml
from fastapi import Request
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from handover_api.settings import Settings, SettingsError
from handover_api.web.colours import TooAlike, find_too_alike, own_colours

COOKIE = "webbplats"
PARAMETER = "webbplats"
THEME_PATH = "/tema"

_CODE = r"[a-z0-9]+(?:-[a-z0-9]+)*"
_ORIGIN = re.compile(r"https?://[a-z0-9]+(?:[.-][a-z0-9]+)*(?::\d{1,5})?")

Scheme = Literal["light", "dark"]
Origin = Annotated[str, Field(pattern=rf"^{_ORIGIN.pattern}$")]
Colour = Annotated[str, Field(pattern=r"^#[0-9a-f]{6}$")]
Words = Annotated[str, Field(min_length=1, max_length=60)]


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class LauncherWords(_Strict):
    """What stands on the button, and what the frame is called for those who do not see it."""

    label: Words
    title: Words


class Site(_Strict):
    code: Annotated[str, Field(pattern=rf"^{_CODE}$", max_length=40)]
    name: Annotated[str, Field(min_length=1, max_length=100)]
    origins: tuple[Origin, ...] = ()
    # The colours that differ from ours, by token.
    theme: Mapping[Scheme, Mapping[str, Colour]] = Field(default_factory=dict)
    # By language: Swedish always, English where the site is in English too.
    launcher: Mapping[Literal["sv", "en"], LauncherWords] = Field(default_factory=dict)

    @model_validator(mode="after")
    def tokens_are_known(self) -> Self:
        for own in self.theme.values():
            for token in own:
                if token not in own_colours()["light"]:
                    raise ValueError(f"there is no colour called {token}")
        return self

    @property
    def colours(self) -> dict[str, dict[str, str]]:
        """All colours of the site by scheme. What only light mode says does not change dark mode."""
        return {scheme: {**own, **self.theme.get(_scheme(scheme), {})} for scheme, own in own_colours().items()}

    @property
    def too_alike(self) -> list[TooAlike]:
        return list(find_too_alike(self.colours))

    @cached_property
    def stylesheet(self) -> str:
        """Its colours over ours. Empty for a site that changes none."""
        # Both schemes name every changed colour: a later rule for light mode would else hold in dark mode too.
        changed = sorted({token for own in self.theme.values() for token in own})
        if not changed:
            return ""
        light, dark = (
            "".join(f"--{token}:{self.colours[scheme][token]};" for token in changed) for scheme in ("light", "dark")
        )
        return f"@layer tokens{{:root{{{light}}}@media (prefers-color-scheme:dark){{:root{{{dark}}}}}}}"

    @cached_property
    def theme_path(self) -> str:
        """Where the stylesheet is, at an address that changes with it; empty when there is none."""
        if not self.stylesheet:
            return ""
        fingerprint = hashlib.sha256(self.stylesheet.encode()).hexdigest()[:12]
        return f"{THEME_PATH}/{self.code}-{fingerprint}.css"

    def words(self, language: Literal["sv", "en"]) -> LauncherWords:
        return self.launcher.get(language) or _WORDS[language]


_WORDS: Mapping[Literal["sv", "en"], LauncherWords] = {
    "sv": LauncherWords(label="Chatta med oss", title="Chatt"),
    "en": LauncherWords(label="Chat with us", title="Chat"),
}
_ONLY_SITE = Site(code="standard", name="Webbplatsen")


class _SitesFile(_Strict):
    sites: Annotated[tuple[Site, ...], Field(min_length=1)]


class Sites:
    """All sites; the first is the one of whoever comes from nowhere in particular."""

    def __init__(self, sites: tuple[Site, ...], further_ancestors: tuple[str, ...] = ()) -> None:
        self.all = sites
        self._by_code = {site.code: site for site in sites}
        self._themes = {site.theme_path: site for site in sites if site.theme_path}
        # In the order of the file, each once. A page must work in the frame of every site: the one that was named
        # first may have been forgotten by a browser that blocks cookies.
        origins = [*further_ancestors, *(origin for site in sites for origin in site.origins)]
        self.ancestors = tuple(dict.fromkeys(origins))

    @property
    def default(self) -> Site:
        return self.all[0]

    def find(self, code: str | None) -> Site | None:
        return self._by_code.get(code or "")

    def stylesheet(self, path: str) -> str | None:
        """What is found at the path of a theme."""
        site = self._themes.get(path)
        return site.stylesheet if site else None

    def of(self, request: Request) -> Site:
        """The site that the page was opened on: the one that the address names, else the one remembered."""
        return self.find(request.query_params.get(PARAMETER)) or self.find(request.cookies.get(COOKIE)) or self.default


def read_sites(settings: Settings) -> Sites:
    """The sites of the settings; without a file, one that looks as we do.

    Raises:
        SettingsError: the file cannot be used; the sentence names the site and what is wrong with it.
    """
    if not settings.sites_path:
        return Sites((_ONLY_SITE,), settings.frame_ancestors)
    path = Path(settings.sites_path)
    try:
        written = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, yaml.YAMLError) as error:
        raise SettingsError(f"SITES_PATH names {path}, which cannot be read: {error}") from error
    try:
        sites = _SitesFile.model_validate(written).sites
    except ValidationError as error:
        raise SettingsError(f"{path}: {_first_fault(error, written)}") from error
    codes = [site.code for site in sites]
    if len(set(codes)) != len(codes):
        raise SettingsError(f"{path}: the same code stands twice among {', '.join(codes)}")
    for site in sites:
        for found in site.too_alike:
            raise SettingsError(
                f"{path}: site {site.code}: {found.pair.front} on {found.pair.back} has the contrast {found.ratio:.2f} "
                f"in {found.scheme} mode; it must have at least {found.pair.least}"
            )
    return Sites(sites, settings.frame_ancestors)


def _scheme(name: str) -> Scheme:
    return "dark" if name == "dark" else "light"


def _first_fault(error: ValidationError, written: object) -> str:
    fault = error.errors()[0]
    place = list(fault["loc"])
    site = ""
    if isinstance(written, dict) and place[:1] == ["sites"] and len(place) > 1 and isinstance(place[1], int):
        entry = written["sites"][place[1]]
        code = entry.get("code") if isinstance(entry, dict) else None
        site = f"site {code or place[1] + 1}: "
        place = place[2:]
    where = ".".join(str(part) for part in place)
    return f"{site}{where + ': ' if where else ''}{fault['msg']}"
