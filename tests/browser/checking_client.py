"""A client that looks at every page it gets with the eyes of the house rules."""

from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Self
from urllib.parse import urlencode
from xml.etree.ElementTree import Element

import html5lib
import httpx

# For an answer, whatever else the machine does.
PATIENCE_SECONDS = 60.0
_CONTROLS = {"input", "textarea", "select", "button"}
_POLICY = {
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self'",
    "connect-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
}


class CheckedPage:
    def __init__(self, response: httpx.Response) -> None:
        self.status = response.status_code
        self.headers = response.headers
        self.html = response.text
        self.tree: Element = html5lib.parse(response.text, namespaceHTMLElements=False)

    @property
    def text(self) -> str:
        return " ".join("".join(self._body.itertext()).split())

    @property
    def h1(self) -> str:
        return " ".join("".join(self.tree.findall(".//h1")[0].itertext()).split())

    @property
    def _body(self) -> Element:
        body = self.tree.find("body")
        assert body is not None
        return body

    def value(self, name: str, *, of: str = "") -> str:
        """What a form field holds. `of`: how the form's address ends, if the page has that form."""
        forms = [form for form in self.tree.iter("form") if of and form.get("action", "").endswith(of)]
        element = next(each for place in [*forms, self.tree] for each in place.iter() if each.get("name") == name)
        return element.text or "" if element.tag == "textarea" else element.get("value", "")

    def fault_list(self) -> list[str]:
        return [*self._structure(), *self._names(), *self._safety()]

    def _structure(self) -> list[str]:
        faults = []
        if self.tree.get("lang") != "sv":
            faults.append("the page does not say that it is in Swedish")
        headings = self.tree.findall(".//h1")
        title = self.tree.find("head/title")
        if len(headings) != 1:
            faults.append(f"the page has {len(headings)} h1")
        elif title is None or not (title.text or "").startswith(self.h1):
            faults.append("the title does not begin with the h1")
        ids = Counter(each.get("id") for each in self.tree.iter() if each.get("id"))
        faults += [f"the id {each} occurs {times} times" for each, times in ids.items() if times > 1]
        for attribute in ("aria-labelledby", "aria-describedby", "for"):
            for element in self.tree.iter():
                for reference in element.get(attribute, "").split():
                    if reference not in ids:
                        faults.append(f"{attribute} points at {reference}, which is not there")
        faults += ["a form says not where it goes" for each in self.tree.iter("form") if not each.get("action")]
        return faults

    def _names(self) -> list[str]:
        labelled = {each.get("for") for each in self.tree.iter("label")}
        inside = {control for label in self.tree.iter("label") for control in label.iter()}
        faults = []
        for element in self.tree.iter():
            if element.tag in _CONTROLS and element.get("type") != "hidden":
                has_text = element.tag == "button" and "".join(element.itertext()).strip()
                if not (has_text or element.get("aria-label") or element.get("id") in labelled or element in inside):
                    faults.append(f"a {element.tag} has no name: {element.attrib}")
            if element.tag == "a" and not "".join(element.itertext()).strip():
                faults.append(f"a link has no name: {element.attrib}")
            if element.tag == "img" and element.get("alt") is None:
                faults.append("an image has no alt")
        return faults

    def _safety(self) -> list[str]:
        faults = []
        policy = {part.strip() for part in self.headers.get("content-security-policy", "").split(";")}
        faults += [f"the policy lacks {each}" for each in _POLICY - policy]
        if not any(part.startswith("frame-ancestors") for part in policy):
            faults.append("the policy does not say who may frame the page")
        for name, value in (
            ("x-content-type-options", "nosniff"),
            ("referrer-policy", "same-origin"),
            ("cache-control", "no-store"),
        ):
            if self.headers.get(name) != value:
                faults.append(f"{name} is {self.headers.get(name)}")
        for element in self.tree.iter():
            if element.tag == "style" or (element.tag == "script" and not element.get("src")):
                faults.append(f"an inline {element.tag}")
            faults += [
                f"{element.tag} has {each}" for each in element.attrib if each == "style" or each.startswith("on")
            ]
        return faults


class CheckingClient:
    """Behaves as a browser without scripts, and checks what it is given."""

    def __init__(self, url: str) -> None:
        self._client = httpx.AsyncClient(
            base_url=url,
            headers={"Accept": "text/html,application/xhtml+xml"},
            follow_redirects=True,
            timeout=PATIENCE_SECONDS,
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._client.aclose()

    async def get(self, path: str) -> CheckedPage:
        return _checked(await self._client.get(path))

    async def post(self, path: str, **fields: Any) -> CheckedPage:
        return _checked(
            await self._client.post(
                path, content=urlencode(fields), headers={"content-type": "application/x-www-form-urlencoded"}
            )
        )

    async def raw(self, method: str, path: str, **options: Any) -> httpx.Response:
        """A call whose answer is not a page."""
        return await self._client.request(method, path, follow_redirects=False, **options)

    @asynccontextmanager
    async def stream(self, path: str, headers: dict[str, str]) -> AsyncIterator[AsyncIterator[str]]:
        async with self._client.stream("GET", path, headers=headers) as response:
            assert response.headers["content-type"].startswith("text/event-stream")
            yield response.aiter_lines()

    async def sign_in(self, username: str, password: str) -> CheckedPage:
        return await self.post("/logga-in", username=username, password=password, till="/desk")


def _checked(response: httpx.Response) -> CheckedPage:
    assert response.headers["content-type"].startswith("text/html"), response.text
    page = CheckedPage(response)
    assert page.fault_list() == [], response.request.url
    return page
