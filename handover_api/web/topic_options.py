"""The topics to choose from, under their areas, as every page of a case has them."""

from functools import lru_cache

from markupsafe import Markup

from handover_api.web import pages
from handover_api.web.outcomes import AreaChoices


@lru_cache(maxsize=64)
def topic_options(areas: tuple[AreaChoices, ...], chosen: str) -> Markup:
    """Some hundreds of them, and the same for all cases with the same guess, so they are made once."""
    return pages.fragment("partials/topic_options.html.j2", areas=areas, chosen=chosen)
