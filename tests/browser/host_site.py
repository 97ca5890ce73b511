"""A municipality's website on a port of its own, with a strict security policy of its own."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import override


class HostSite:
    """A municipality's website, with nothing of ours but the two lines that everyone copies."""

    def __init__(self) -> None:
        self.chat_url = ""
        self.language = "sv"
        self.attributes = 'data-frame-title="Chatt med kommunen"'
        self.link = "/chatt"
        site = self

        class Page(BaseHTTPRequestHandler):
            @override
            def do_GET(self) -> None:
                body = site.html().encode()
                self.send_response(200)
                self.send_header("content-type", "text/html; charset=utf-8")
                policy = f"default-src 'none'; script-src {site.chat_url}; frame-src {site.chat_url}; img-src data:"
                self.send_header("content-security-policy", policy)
                self.end_headers()
                self.wfile.write(body)

            @override
            def log_message(self, format: str, *args: object) -> None:
                """The test's output is the test's."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Page)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def html(self) -> str:
        return f"""<!doctype html><html lang="{self.language}"><head><meta charset="utf-8"><title>Kommunen</title>
            <link rel="icon" href="data:,"><script type="module" src="{self.chat_url}/launcher/1.js"></script></head>
            <body><main><h1>Kommunen</h1><chat-launcher {self.attributes}>
            <a href="{self.chat_url}{self.link}">Chatta med oss</a></chat-launcher></main></body></html>"""

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
