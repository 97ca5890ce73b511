"""Where a resident came from: which of the municipality's sites, and which of its pages.

The launcher tells the chat in its frame which page it stands on. Where there is only a link, the browser says as much
as the site lets it (Referer). Neither is asked what follows a "?", which may be about the person.
"""

from dataclasses import dataclass
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import Depends, Form, Request, Response

from handover_api.rules.personal_data import mask
from handover_api.web.pages import CHAT_PATH
from handover_api.web.sites import COOKIE, PARAMETER, Sites

_MAX_CHARACTERS = 300


@dataclass(frozen=True)
class Arrival:
    """What a conversation remembers of where it began."""

    site: str
    came_from: str | None = None


async def read_arrival(request: Request, came_from: Annotated[str, Form()] = "") -> Arrival:
    """A page that cannot be believed is left out: what the resident has written matters more."""
    return Arrival(_sites(request).of(request).code, known_page(request, came_from))


ArrivalDep = Annotated[Arrival, Depends(read_arrival, scope="function")]


def page_before(request: Request) -> str:
    """The page whose link was followed, for the form to carry; empty when it is not one of the sites'."""
    return known_page(request, request.headers.get("referer", "")) or ""


def known_page(request: Request, address: str) -> str | None:
    """The site and the path of an address, if it is a page on one of the sites."""
    # Browsers write addresses in ASCII. Anything else was made by hand, and could not be shown or stored.
    if not (address.isascii() and address.isprintable()):
        return None
    try:
        parts = urlsplit(address)
    except ValueError:
        return None
    origin = f"{parts.scheme}://{parts.netloc}".lower()
    is_own = bool(parts.netloc) and parts.netloc == request.headers.get("host")
    if is_own and parts.path.startswith(CHAT_PATH):
        return None
    if not is_own and origin not in _sites(request).ancestors:
        return None
    # Masked before it is cut, or the cut could leave the half of a number.
    return mask(f"{origin}{parts.path or '/'}")[:_MAX_CHARACTERS]


def remember_site(request: Request, response: Response) -> None:
    """Whoever has come by a site's address stays on that site when going on to other pages of the chat."""
    site = _sites(request).find(request.query_params.get(PARAMETER))
    if site is not None and request.cookies.get(COOKIE) != site.code:
        response.set_cookie(
            COOKIE,
            site.code,
            path=CHAT_PATH,
            httponly=True,
            secure=request.app.state.settings.uses_https,
            samesite="lax",
        )


def _sites(request: Request) -> Sites:
    sites: Sites = request.app.state.sites
    return sites
