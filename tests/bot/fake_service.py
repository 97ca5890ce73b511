"""A fake of the service's internal API (docs/contracts/internal-api.md) over real HTTP, serving the content files."""

from __future__ import annotations

import json
import threading
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import yaml

from actions.decision import ArticleState
from bot.classification.background import resident_part
from decide.content import Content, read_content


class FakeService:
    def __init__(self, data: Path, token: str, today: date) -> None:
        self.content: Content = read_content(data, today)
        self.handovers: list[dict[str, Any]] = []
        self.token = token
        self._data = data
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler_of(self))
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def topics(self) -> list[dict[str, Any]]:
        rows = _areas_and_groups(self._data)
        return [
            {
                "id": entry.topic,
                "title": entry.title,
                "area": rows[entry.topic][0],
                "rosa_level": entry.rosa_level,
                "handling": entry.handling.value,
                "answer_group": rows[entry.topic][1],
                "has_article": entry.has_article,
            }
            for entry in self.content.catalogue.values()
        ]

    def article(self, topic: str) -> dict[str, Any]:
        entry = self.content.catalogue[topic]
        area, group = _areas_and_groups(self._data)[topic]
        text = (self._data / "knowledge" / area / f"{topic}.md").read_text(encoding="utf-8")
        front = yaml.safe_load(text.split("---", 2)[1])
        return {
            "topic": topic,
            "article_id": f"article-of-{topic}",
            "version": 1,
            "title": entry.title,
            "area": area,
            "rosa_level": entry.rosa_level,
            "handling": entry.handling.value,
            "answer_group": group,
            "text": resident_part(text),
            "next_steps": front.get("next_steps", []),
            "department": front.get("department"),
            "sources": [{"title": source["title"], "url": source.get("url")} for source in front.get("sources", [])],
            "reviewed_on": str(front["reviewed_on"]),
            "review_by": str(front["review_by"]),
            "language": "sv",
        }

    def get(self, path: str) -> tuple[int, Any]:
        if path == "/internal/topics":
            return 200, self.topics()
        topic = path.removeprefix("/internal/articles/")
        state = self.content.article_state(topic)
        if state is ArticleState.PUBLISHED:
            return 200, self.article(topic)
        if state is ArticleState.EXPIRED:
            return 410, {"code": "article_expired"}
        return 404, {"code": "article_missing"}

    def post(self, path: str, body: dict[str, Any]) -> tuple[int, Any]:
        if path == "/internal/handovers":
            return self.hand_over(body)
        if path == "/internal/models/starting":
            # It names no other model, so the bot keeps the one that it has started with.
            return 200, {"is_wanted": False, "is_used": True}
        return 404, {"code": "not_found"}

    def hand_over(self, body: dict[str, Any]) -> tuple[int, Any]:
        known = {handover["message_id"]: number for number, handover in enumerate(self.handovers, start=1)}
        status = 200 if body["message_id"] in known else 201
        if status == 201:
            self.handovers.append(body)
        number = known.get(body["message_id"], len(self.handovers))
        return status, {"case_reference": f"2026-{number:06d}", "state": "waiting", "queue_position": number}


def _areas_and_groups(data: Path) -> dict[str, tuple[str, str]]:
    lines = (data / "topics.tsv").read_text(encoding="utf-8").splitlines()
    columns = lines[0].split("\t")
    rows = [dict(zip(columns, line.split("\t"), strict=True)) for line in lines[1:]]
    return {row["id"]: (row["area"], row["answer_group"]) for row in rows}


def _handler_of(service: FakeService) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        # Without this the small answers wait for the client's acknowledgement, as if the service were slow.
        disable_nagle_algorithm = True
        wbufsize = -1

        def do_GET(self) -> None:
            self._answer(*(service.get(self.path) if self._is_allowed() else (404, {})))

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            self._answer(*(service.post(self.path, body) if self._is_allowed() else (404, {})))

        def log_message(self, *_: Any) -> None:
            """The tests' output is not a web server's log."""

        def _is_allowed(self) -> bool:
            return self.headers["Authorization"] == f"Bearer {service.token}"

        def _answer(self, status: int, body: Any) -> None:
            content = json.dumps(body).encode()
            etag = f'"{hash(content)}"'
            is_known = status == 200 and self.headers.get("If-None-Match") == etag
            self.send_response(304 if is_known else status)
            self.send_header("Content-Type", "application/json")
            self.send_header("ETag", etag)
            self.send_header("Content-Length", "0" if is_known else str(len(content)))
            self.end_headers()
            if not is_known:
                self.wfile.write(content)

    return Handler
