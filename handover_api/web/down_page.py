"""The page that the proxy shows when nothing of ours answers: telephone and hours, and the chat's looks.

It stands by itself, without a file to load or a script to run, and is written anew whenever the service is prepared.
"""

import base64
import hashlib
import re
from collections.abc import Mapping

from handover_api.web import pages
from handover_api.web.sites import Site

_STYLES = ("css/tokens.css", "css/base.css", "css/components.css", "css/chat.css")
_COMMENT = re.compile(r"/\*.*?\*/", flags=re.DOTALL)
_SPACE = re.compile(r"\s+")


def down_page(facts: Mapping[str, str], site: Site) -> str:
    style = "".join((pages.STATIC_FOLDER / name).read_text(encoding="utf-8") for name in _STYLES) + site.stylesheet
    style = _SPACE.sub(" ", _COMMENT.sub("", style)).strip()
    # What the page may use is told by the page itself: whoever serves it need know nothing about it.
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    return str(pages.fragment("down.html.j2", facts=facts, style=style, style_hash=f"sha256-{digest}"))
