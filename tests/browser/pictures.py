"""Screenshots of every state, for people to look at: screenshots/index.html after the tests."""

from html import escape
from pathlib import Path
from typing import Literal

from visitor import DESKTOP, NARROW, Visitor

FOLDER = Path(__file__).parents[2] / "screenshots"
_TABLET = {"width": 820, "height": 1180}
_SIZES = {"320": NARROW, "tablet": _TABLET, "desktop": DESKTOP}
_SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")


async def take_pictures(visitor: Visitor, state: str) -> None:
    """Those of the staff's pages also on a tablet, which is what is between the two of the residents'."""
    FOLDER.mkdir(exist_ok=True)
    is_of_staff = await visitor.page.locator("body.desk-page").count()
    for name, size in _SIZES.items():
        if size is _TABLET and not is_of_staff:
            continue
        await visitor.page.set_viewport_size(size)
        for scheme in _SCHEMES:
            await visitor.page.emulate_media(color_scheme=scheme)
            await visitor.page.screenshot(path=FOLDER / f"{state}.{name}.{scheme}.png", full_page=True)
    await visitor.page.emulate_media(color_scheme="null")
    await visitor.page.set_viewport_size(DESKTOP)
    _write_index()


def _write_index() -> None:
    states = sorted({path.name.split(".")[0] for path in FOLDER.glob("*.png")})
    (FOLDER / "index.html").write_text(
        "<!doctype html><html lang=en><meta charset=utf-8><title>Every state of the pages</title>"
        "<style>body { font-family: system-ui } figure { display: inline-block; vertical-align: top; margin: 0.5rem }"
        " img { border: 1px solid; max-height: 40rem }</style><h1>Every state of the pages</h1>"
        + "".join(_section(state) for state in states),
        encoding="utf-8",
    )


def _section(state: str) -> str:
    wanted = (f"{state}.{size}.{scheme}" for size in _SIZES for scheme in _SCHEMES)
    pictures = [name for name in wanted if (FOLDER / f"{name}.png").is_file()]
    figures = "".join(
        f'<figure><img loading=lazy alt="" src="{escape(name)}.png"><figcaption>{escape(name)}</figcaption></figure>'
        for name in pictures
    )
    return f"<h2>{escape(state)}</h2>{figures}"
