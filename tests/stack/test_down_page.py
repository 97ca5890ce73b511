"""What people read when the service does not answer: the proxy shows a page that the preparing step has written."""

import re
from typing import Any

import yaml

from tests.stack.conftest import ROOT

SERVICES: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))["services"]
PROXY = (ROOT / "deploy" / "nginx.conf").read_text(encoding="utf-8")


def block(location: str) -> str:
    """What stands within a location of the proxy's configuration."""
    found = re.search(rf"location {re.escape(location)} \{{(.*?)\n        \}}", PROXY, flags=re.DOTALL)
    assert found, location
    return found[1]


def test_the_page_is_written_where_the_proxy_looks_for_it() -> None:
    command = SERVICES["prepare"]["command"]
    path = command[command.index("--down-page") + 1]
    folder = path.rpartition("/")[0]
    assert f"down_page:{folder}" in SERVICES["prepare"]["volumes"]
    assert f"down_page:{folder}:ro" in SERVICES["proxy"]["volumes"]
    root = re.search(r"root (\S+);", block("= /down/index.html"))
    assert root
    assert f"{root[1]}/down/index.html" == path
    dockerfile = (ROOT / "deploy" / "service.Dockerfile").read_text(encoding="utf-8")
    made = re.search(r"RUN mkdir (.+) && chown handover (.+)\nUSER 10001", dockerfile)
    assert made
    assert all(folder in folders.split() for folders in made.groups())


def test_people_get_the_page_and_programs_an_error() -> None:
    assert "error_page 502 503 504 =503 $down;" in PROXY
    assert '"~*text/html" /down/index.html;' in PROXY
    assert "default /down-problem;" in PROXY
    for location in ("= /down/index.html", "= /down-problem"):
        assert "internal;" in block(location)
        assert "Retry-After" in block(location)
    # What the service says itself must pass, errors included.
    assert "proxy_intercept_errors" not in PROXY
