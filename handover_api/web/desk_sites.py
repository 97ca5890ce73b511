"""The web sites that the chat stands on, for those who put it there: what to paste, what to allow, and the colours.

For leads, editors and administrators. What is shown comes from the file of the sites; it is changed there, by whoever
runs the service.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from html import escape

from fastapi import APIRouter, Request, Response
from markupsafe import Markup

from handover_api.agents.identity import SiteKeeperDep
from handover_api.database import SessionDep
from handover_api.errors import NotFoundError
from handover_api.web import launcher, pages
from handover_api.web.colours import PAIRS, contrast, own_colours
from handover_api.web.sites import PARAMETER, LauncherWords, Site, Sites

router = APIRouter(include_in_schema=False)

PATH = "/desk/webbplatser"
# What the colours mean, for who chooses them.
_COLOUR_NAMES = {
    "paper": "Sidans bakgrund",
    "surface": "Rutor och fält",
    "ink": "Text",
    "ink-soft": "Mindre viktig text",
    "line": "Tunna linjer",
    "edge": "Fältens kanter",
    "brand": "Knappar",
    "brand-strong": "Knappar under pekaren",
    "on-brand": "Text på knappar",
    "banner": "Sidhuvudet",
    "on-banner": "Text i sidhuvudet",
    "brand-soft": "Den egna pratbubblan",
    "link": "Länkar",
    "focus": "Markering av vad tangentbordet är på",
    "urgent": "Brådskande text",
    "urgent-soft": "Bakgrund till brådskande",
    "notice-soft": "Bakgrund till upplysningar",
}


@dataclass(frozen=True)
class ColourView:
    name: str
    token: str
    light: str
    dark: str
    is_changed: bool
    # The lowest contrast with what it meets, in both schemes; None for what only decorates.
    least_contrast: float | None

    @property
    def contrast(self) -> str:
        return f"{self.least_contrast:.1f}".replace(".", ",") if self.least_contrast else ""


@dataclass(frozen=True)
class SiteView:
    code: str
    name: str
    address: str
    origins: tuple[str, ...]
    # What is pasted, by the language of the page that it is pasted into.
    snippets: tuple[tuple[str, str], ...]
    colours: tuple[ColourView, ...]
    preview: str


@router.get(PATH)
async def show_sites(request: Request, session: SessionDep, staff: SiteKeeperDep) -> Response:
    sites: Sites = request.app.state.sites
    facts = await request.app.state.facts.read(session)
    chat_origin: str = request.app.state.settings.public_url.rstrip("/")
    return pages.page(
        request,
        "desk/sites.html.j2",
        staff=staff,
        sites=[_view(site, chat_origin, facts) for site in sites.all],
        chat_origin=chat_origin,
        launcher_path=launcher.PATH,
        further_ancestors=request.app.state.settings.frame_ancestors,
        swatch=swatch,
    )


@router.get(f"{PATH}/{{code}}/utseende")
async def show_appearance(request: Request, staff: SiteKeeperDep, code: str) -> Response:
    """A page with a little of everything in the site's colours, shown in a frame on the page about the sites."""
    sites: Sites = request.app.state.sites
    site = sites.find(code)
    if site is None:
        raise NotFoundError
    response = pages.page(request, "desk/appearance.html.j2", staff=staff, site=site, theme=site.theme_path)
    # Nothing can be done on it, and only our own page may show it.
    policy = response.headers["content-security-policy"]
    response.headers["content-security-policy"] = policy.replace("frame-ancestors 'none'", "frame-ancestors 'self'")
    return response


def _view(site: Site, chat_origin: str, facts: Mapping[str, str]) -> SiteView:
    address = f"{chat_origin}{pages.CHAT_PATH}?{PARAMETER}={site.code}"
    snippets = [("svenska", snippet(site, site.words("sv"), chat_origin, facts))]
    if "en" in site.launcher:
        snippets.append(("engelska", snippet(site, site.words("en"), chat_origin, facts)))
    return SiteView(
        code=site.code,
        name=site.name,
        address=address,
        origins=site.origins,
        snippets=tuple(snippets),
        colours=tuple(_colour(site, token) for token in _COLOUR_NAMES),
        preview=f"{PATH}/{site.code}/utseende",
    )


def snippet(site: Site, words: LauncherWords, chat_origin: str, facts: Mapping[str, str]) -> str:
    """The HTML that is pasted into the site's pages."""
    colours = site.colours["light"]
    attributes = {
        "data-frame-title": words.title,
        "data-telephone": facts.get("telefon_kontaktcenter", ""),
        "data-hours": facts.get("oppettider_kontaktcenter", ""),
        # The launcher has our colours by itself.
        "data-brand": colours["banner"] if site.stylesheet else "",
        "data-brand-ink": colours["on-banner"] if site.stylesheet else "",
    }
    written = "".join(f'\n  {name}="{escape(value)}"' for name, value in attributes.items() if value)
    address = f"{chat_origin}{pages.CHAT_PATH}?{PARAMETER}={site.code}"
    return (
        f'<script type="module" src="{escape(chat_origin)}{launcher.PATH}"></script>\n'
        f"<chat-launcher{written}>\n"
        f'  <a href="{escape(address)}">{escape(words.label)}</a>\n'
        f"</chat-launcher>"
    )


def _colour(site: Site, token: str) -> ColourView:
    ratios = [
        contrast(colours[pair.front], colours[pair.back])
        for colours in site.colours.values()
        for pair in PAIRS
        if token in (pair.front, pair.back)
    ]
    return ColourView(
        name=_COLOUR_NAMES[token],
        token=token,
        light=site.colours["light"][token],
        dark=site.colours["dark"][token],
        is_changed=any(colours[token] != own_colours()[scheme][token] for scheme, colours in site.colours.items()),
        least_contrast=min(ratios, default=None),
    )


def swatch(colour: str) -> Markup:
    """A picture of a colour. The colour itself stands beside it as text."""
    return Markup(
        '<svg class="swatch" viewBox="0 0 24 24" aria-hidden="true" focusable="false">'
        '<rect width="24" height="24" rx="6" fill="{}"/></svg>'
    ).format(colour)
