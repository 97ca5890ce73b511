"""Whether a page of the chat says everything in English, once that is chosen."""

import re

from visitor import Visitor

# What is said and not marked as Swedish. What people have written themselves is theirs.
_SAID = """
  (() => {
    const attributes = ["aria-label", "alt", "title", "placeholder"];
    const written = ".message--own [data-text], .message--agent [data-text], textarea, script, style";
    const isOthers = (element) => element.closest("[lang]").lang !== "en" || element.closest(written);
    const said = [];
    for (const element of document.querySelectorAll("*")) {
      if (isOthers(element)) continue;
      for (const node of element.childNodes) if (node.nodeType === Node.TEXT_NODE) said.push(node.textContent.trim());
      for (const { name, value } of element.attributes)
        if (attributes.includes(name) || name.startsWith("data-say-")) said.push(value);
    }
    return said.filter(Boolean);
  })()
"""
_SWEDISH = re.compile("[åäöÅÄÖ]| (och|inte|att|det|du|vi|har|som) ", re.IGNORECASE)


async def assert_in_english(visitor: Visitor) -> None:
    """Shows the page once more in English."""
    if "/chatt" not in visitor.page.url:
        return
    await visitor.context.add_cookies([{"name": "sprak", "value": "en", "url": visitor.page.url}])
    await visitor.page.goto(visitor.page.url.partition("#")[0])
    assert await visitor.page.evaluate("document.documentElement.lang") == "en"
    assert [said for said in await visitor.page.evaluate(_SAID) if _SWEDISH.search(said)] == []
