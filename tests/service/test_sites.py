"""Several web sites with one chat: who may frame it, its colours on each, and what is kept of where one began."""

import html
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml
from environment import settings_for
from fakes import FakeBot, FakeClock
from fastapi import FastAPI
from hypothesis import given
from hypothesis import strategies as st
from people import People, a_personal_number
from sqlalchemy import select

from handover_api.application import create_application
from handover_api.database import transaction
from handover_api.models import Conversation
from handover_api.settings import SettingsError
from handover_api.web.colours import PAIRS, contrast, own_colours
from handover_api.web.sites import Site, read_sites

ROOT = Path(__file__).parents[2]
BROWSER = {"Accept": "text/html"}
WWW = "https://www.kommun.example"
LIBRARY = "https://bibliotek.kommun.example"
PLUM = {"light": {"banner": "#6a2b6e"}, "dark": {"brand": "#e3b3e6"}}
SITES: list[dict[str, Any]] = [
    {"code": "kommunen", "name": "Kommunens webbplats", "origins": [WWW]},
    {"code": "biblioteket", "name": "Bibliotekets webbplats", "origins": [LIBRARY], "theme": PLUM},
]
TOKENS = sorted(own_colours()["light"])
COLOURS = st.integers(0, 0xFFFFFF).map(lambda number: f"#{number:06x}")


def written(folder: Path, sites: object) -> str:
    path = folder / "sites.yml"
    path.write_text(yaml.safe_dump(sites, allow_unicode=True), encoding="utf-8")
    return str(path)


@pytest.fixture
async def app(database_url: str, tmp_path: Path, bot: FakeBot, clock: FakeClock) -> AsyncIterator[FastAPI]:
    settings = settings_for(
        database_url, SITES_PATH=written(tmp_path, {"sites": SITES}), FRAME_ANCESTORS="https://prov.example"
    )
    app = create_application(settings, bot=bot, clock=clock)
    async with app.router.lifespan_context(app):
        await app.state.hub.until_listening()
        yield app


@pytest.fixture
async def browser(people: People) -> httpx.AsyncClient:
    return people.connect(headers=BROWSER)


async def begun(app: FastAPI) -> tuple[str | None, str | None]:
    """The site and the page of the only conversation."""
    async with transaction(app.state.sessions) as session:
        row = (await session.execute(select(Conversation.site, Conversation.came_from))).one()
    return row.site, row.came_from


def theme_of(page: httpx.Response) -> str | None:
    found = re.search(r'href="(/tema/[^"]+)"', page.text)
    return found[1] if found else None


@pytest.mark.parametrize(
    ("sites", "told"),
    [
        ([{**SITES[0], "theme": {"light": {"ink": "#f0f0f0"}}}], r"kommunen: ink on paper has the contrast 1\.0"),
        ([{**SITES[0], "theme": {"dark": {"focus": "#12191b"}}}], r"kommunen: focus on paper .* at least 3\.0"),
        ([{**SITES[0], "theme": {"light": {"inc": "#000000"}}}], "kommunen: .*no colour called inc"),
        ([{**SITES[0], "theme": {"light": {"ink": "black"}}}], "kommunen: theme.light.ink"),
        ([{**SITES[0], "theme": {"night": {}}}], "kommunen: theme.night"),
        ([{**SITES[0], "origins": ["www.kommun.example"]}], "kommunen: origins.0"),
        ([{**SITES[0], "origins": ["https://a.example; script-src *"]}], "kommunen: origins.0"),
        ([{**SITES[0], "origins": ["https://a.example/sida"]}], "kommunen: origins.0"),
        ([{**SITES[0], "code": "Å"}], "site Å: code"),
        ([{"name": "Utan kod"}], "site 1: code"),
        ([{**SITES[0], "colour": "röd"}], "kommunen: colour"),
        ([SITES[0], SITES[0]], "the same code stands twice"),
        ([], "sites"),
    ],
)  # fmt: skip
def test_a_fault_in_the_file_stops_the_start_and_is_told(tmp_path: Path, sites: object, told: str) -> None:
    with pytest.raises(SettingsError, match=told):
        create_application(settings_for("postgresql://x/y", SITES_PATH=written(tmp_path, {"sites": sites})))


@pytest.mark.parametrize("text", ["sites: [", "en rad", "- 1", ""])
def test_a_file_that_is_no_list_of_sites_is_told(tmp_path: Path, text: str) -> None:
    (tmp_path / "sites.yml").write_text(text, encoding="utf-8")
    with pytest.raises(SettingsError, match=r"sites\.yml"):
        read_sites(settings_for("postgresql://x/y", SITES_PATH=str(tmp_path / "sites.yml")))


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"SITES_PATH names .* which cannot be read"):
        read_sites(settings_for("postgresql://x/y", SITES_PATH=str(tmp_path / "sites.yml")))


def test_without_a_file_there_is_one_site_that_looks_as_we_do() -> None:
    sites = read_sites(settings_for("postgresql://x/y", FRAME_ANCESTORS="https://a.example"))
    assert [site.stylesheet for site in sites.all] == [""]
    assert sites.ancestors == ("https://a.example",)


def test_the_sites_that_come_along_can_be_used() -> None:
    sites = read_sites(settings_for("postgresql://x/y", SITES_PATH=str(ROOT / "data" / "sites.yml")))
    assert len(sites.all) > 1
    assert any(site.stylesheet for site in sites.all)


@given(
    st.dictionaries(st.sampled_from(["light", "dark"]), st.dictionaries(st.sampled_from(TOKENS), COLOURS, max_size=5))
)
def test_a_theme_changes_what_it_names_in_the_scheme_that_it_names_and_nothing_else(
    theme: dict[str, dict[str, str]],
) -> None:
    site = Site.model_validate({"code": "a", "name": "A", "theme": theme})
    for scheme, own in own_colours().items():
        assert site.colours[scheme] == {**own, **theme.get(scheme, {})}
    light, _, dark = site.stylesheet.partition("@media (prefers-color-scheme:dark)")
    for scheme, rules in (("light", light), ("dark", dark)):
        named = dict(re.findall(r"--([\w-]+):(#\w{6});", rules))
        # Later rules win, whichever scheme they were written for: the browser must end with the site's own colours.
        assert {**site.colours[scheme], **named} == site.colours[scheme]
        assert set(theme.get(scheme, {})) <= set(named)
    lacking = {(found.scheme, found.pair) for found in site.too_alike}
    for scheme, colours in site.colours.items():
        for pair in PAIRS:
            is_enough = contrast(colours[pair.front], colours[pair.back]) >= pair.least
            assert ((scheme, pair) not in lacking) is is_enough


async def test_the_chat_wears_the_colours_of_the_site_that_it_was_opened_on(browser: httpx.AsyncClient) -> None:
    opened = await browser.get("/chatt?webbplats=biblioteket")
    theme = theme_of(opened)
    assert theme is not None
    assert "webbplats=biblioteket" in opened.headers["set-cookie"]
    assert "path=/chatt" in opened.headers["set-cookie"].lower()
    for path in ("/chatt", "/chatt/arende"):
        assert theme_of(await browser.get(path)) == theme, path
    assert theme_of(await browser.get("/logga-in")) is None
    stylesheet = await browser.get(theme)
    assert stylesheet.headers["content-type"].startswith("text/css")
    assert "immutable" in stylesheet.headers["cache-control"]
    assert "--banner:#6a2b6e" in stylesheet.text
    # Another site's address is a choice of its own.
    assert theme_of(await browser.get("/chatt?webbplats=kommunen")) is None
    assert theme_of(await browser.get("/chatt")) is None


@pytest.mark.parametrize("code", ["finns-inte", "", "<script>", "biblioteket'"])
async def test_a_site_that_is_not_known_is_the_first(browser: httpx.AsyncClient, code: str) -> None:
    page = await browser.get("/chatt", params={"webbplats": code})
    assert page.status_code == 200
    assert theme_of(page) is None
    assert "webbplats" not in page.headers.get("set-cookie", "")


async def test_only_themes_that_exist_are_served(browser: httpx.AsyncClient) -> None:
    for name in ("biblioteket.css", "biblioteket-000000000000.css", "finns-inte.css", "..%2f..%2fetc"):
        assert (await browser.get(f"/tema/{name}")).status_code == 404


async def test_every_site_may_frame_the_chat_and_nobody_may_frame_the_desk(browser: httpx.AsyncClient) -> None:
    policy = (await browser.get("/chatt")).headers["content-security-policy"]
    assert f"frame-ancestors 'self' https://prov.example {WWW} {LIBRARY};" in f"{policy};"
    policy = (await browser.get("/logga-in")).headers["content-security-policy"]
    assert "frame-ancestors 'none'" in policy


async def test_a_conversation_keeps_its_site_and_the_page_that_it_was_opened_on(
    app: FastAPI, browser: httpx.AsyncClient, people: People
) -> None:
    await browser.get("/chatt?webbplats=biblioteket")
    await browser.post("/chatt/manniska", data={"came_from": f"{LIBRARY}/lana/bocker?namn=anna#plats"})
    assert await begun(app) == ("biblioteket", f"{LIBRARY}/lana/bocker")
    (waiting,) = await people.agent.list_cases()
    case = await people.agent.get_case(waiting["reference"])
    assert (case["site"], case["came_from"]) == ("biblioteket", f"{LIBRARY}/lana/bocker")


@pytest.mark.parametrize(("path", "said"), [("/", "Kom från webbplatsen"), ("/bygga", "Kom från sidan")])
async def test_staff_read_where_the_resident_came_from(
    browser: httpx.AsyncClient, people: People, path: str, said: str
) -> None:
    await browser.post("/chatt/manniska", data={"came_from": f"{WWW}{path}"})
    (waiting,) = await people.agent.list_cases()
    page = await people.agent.client.get(f"/desk/arenden/{waiting['reference']}", headers=BROWSER)
    assert f'{said} <a href="{WWW}{path}"' in page.text


@pytest.mark.parametrize(
    "address",
    [
        "",
        "https://annan.example/sida",
        f"{WWW}.annan.example/",
        f"{WWW}@annan.example/",
        "javascript:alert(1)",
        "//www.kommun.example/",
        "http://[",
        f"{WWW}/\u202e",
        f"{WWW}/\x00",
        f"{WWW}/\nrad",
        "http://service/chatt/arende",
        "x" * 100_000,
    ],
)
async def test_a_page_that_is_not_the_sites_is_left_out_and_the_message_is_kept(
    app: FastAPI, browser: httpx.AsyncClient, address: str
) -> None:
    response = await browser.post("/chatt/meddelanden", data={"text": "Hej", "client_id": "a", "came_from": address})
    assert response.status_code == 303
    assert await begun(app) == ("kommunen", None)


async def test_a_page_is_kept_without_personal_numbers_and_not_longer_than_it_is_read(
    app: FastAPI, browser: httpx.AsyncClient
) -> None:
    address = f"{WWW}/{a_personal_number()}/{'lang/' * 200}"
    await browser.post("/chatt/meddelanden", data={"text": "Hej", "client_id": "a", "came_from": address})
    _, came_from = await begun(app)
    assert came_from is not None
    assert a_personal_number() not in came_from
    assert len(came_from) <= 300


async def test_without_a_script_the_link_that_was_followed_tells_the_page(
    app: FastAPI, browser: httpx.AsyncClient
) -> None:
    page = await browser.get("/chatt", headers={"Referer": f"{WWW}/bygga?sok=hemligt"})
    carried = html.unescape(re.findall(r'name="came_from" value="([^"]*)"', page.text)[0])
    assert carried == f"{WWW}/bygga"
    await browser.post("/chatt/meddelanden", data={"text": "Hej", "client_id": "a", "came_from": carried})
    assert await begun(app) == ("kommunen", f"{WWW}/bygga")


async def test_what_came_first_is_kept_when_more_is_written(app: FastAPI, browser: httpx.AsyncClient) -> None:
    for client_id, path in (("a", "/bygga"), ("b", "/skola")):
        await browser.post(
            "/chatt/meddelanden", data={"text": "Hej", "client_id": client_id, "came_from": f"{WWW}{path}"}
        )
    assert await begun(app) == ("kommunen", f"{WWW}/bygga")


async def test_an_empty_message_keeps_the_page_for_the_next_try(browser: httpx.AsyncClient) -> None:
    page = await browser.post("/chatt/meddelanden", data={"text": "", "client_id": "a", "came_from": f"{WWW}/bygga"})
    assert page.status_code == 422
    assert f'value="{WWW}/bygga"' in page.text


async def test_the_page_about_the_sites_is_for_leads_editors_and_administrators(people: People) -> None:
    paths = ("/desk/webbplatser", "/desk/webbplatser/biblioteket/utseende")
    for path in paths:
        assert (await people.nobody.client.get(path)).status_code == 401
        assert (await people.agent.client.get(path)).status_code == 404
        for member in (people.editor, people.lead, people.admin):
            assert (await member.client.get(path)).status_code == 200
    assert (await people.lead.client.get("/desk/webbplatser/finns-inte/utseende")).status_code == 404


async def test_what_is_pasted_has_the_sites_address_words_and_colours(people: People) -> None:
    page = await people.editor.client.get("/desk/webbplatser")
    snippets = [html.unescape(each) for each in re.findall(r"<textarea[^>]*>(.*?)</textarea>", page.text, re.DOTALL)]
    municipal, library = snippets
    assert 'href="http://127.0.0.1:8000/chatt?webbplats=kommunen"' in municipal
    assert "data-brand" not in municipal
    assert 'src="http://127.0.0.1:8000/launcher/1.js"' in library
    assert 'data-brand="#6a2b6e" ' not in municipal
    assert 'data-brand="#6a2b6e"' in library
    # What is shown of it shows in no other site's frame.
    preview = await people.editor.client.get("/desk/webbplatser/biblioteket/utseende")
    assert "frame-ancestors 'self'" in preview.headers["content-security-policy"]
    assert WWW not in preview.headers["content-security-policy"]
