"""A bad network between browsers and the service: it breaks connections at any moment, in both directions."""

import asyncio
import contextlib
import threading
from collections.abc import Callable
from random import Random

# Some cuts come within the first line of a request, some after the whole request and before the answer, some in the
# middle of what a stream says.
_BYTES_OF_REQUEST = (1, 1500)
_FEW_BYTES_OF_ANSWER = (0, 2000)
_MANY_BYTES_OF_ANSWER = (2000, 12000)
_READ_BYTES = 65536


class CuttingLine:
    """Listens on a port of its own and passes on what it gets, in a thread of its own.

    While it `cuts`, every connection breaks after some bytes of the one direction or the other. What `refuses` says yes
    to, by the first line of a request, is not let through.
    """

    def __init__(self, target_port: int, seed: int = 0) -> None:
        self._target_port = target_port
        self._chance = Random(seed)  # noqa: S311 - it decides where the line breaks
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._is_listening = threading.Event()
        self._open: set[asyncio.StreamWriter] = set()
        self.refuses: Callable[[str], bool] = lambda _: False
        self.cuts_left = 0
        self.port = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        self._thread.start()
        assert self._is_listening.wait(10)

    def stop(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)

    def cut_all(self) -> None:
        """Breaks every connection that is open now, as when a telephone goes from one network to another."""
        self._loop.call_soon_threadsafe(lambda: [each.transport.abort() for each in list(self._open)])

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        server = self._loop.run_until_complete(asyncio.start_server(self._connect, "127.0.0.1", 0))
        self.port = server.sockets[0].getsockname()[1]
        self._is_listening.set()
        self._loop.run_forever()
        server.close()
        tasks = asyncio.all_tasks(self._loop)
        for task in tasks:
            task.cancel()
        self._loop.run_until_complete(asyncio.gather(*tasks, return_exceptions=True))
        self._loop.close()

    async def _connect(self, from_browser: asyncio.StreamReader, to_browser: asyncio.StreamWriter) -> None:
        from_service, to_service = await asyncio.open_connection("127.0.0.1", self._target_port)
        ends = (to_browser, to_service)
        self._open.update(ends)
        up, down = self._bytes_allowed()
        directions = [
            asyncio.create_task(self._pass_on(from_browser, to_service, up, is_request=True)),
            asyncio.create_task(self._pass_on(from_service, to_browser, down)),
        ]
        try:
            done, _ = await asyncio.wait(directions, return_when=asyncio.FIRST_COMPLETED)
            if any(each.result() for each in done if not each.cancelled()):
                self.cuts_left -= 1
        finally:
            for task in directions:
                task.cancel()
            for each in ends:
                # Not closed but broken off, as by a network that is gone.
                each.transport.abort()
                self._open.discard(each)

    def _bytes_allowed(self) -> tuple[int | None, int | None]:
        if self.cuts_left <= 0:
            return None, None
        kind = self._chance.random()
        if kind < 0.25:
            return self._chance.randint(*_BYTES_OF_REQUEST), None
        return None, self._chance.randint(*(_FEW_BYTES_OF_ANSWER if kind < 0.7 else _MANY_BYTES_OF_ANSWER))

    async def _pass_on(
        self,
        source: asyncio.StreamReader,
        sink: asyncio.StreamWriter,
        allowed: int | None,
        *,
        is_request: bool = False,
    ) -> bool:
        """Returns whether the line was cut, and not closed by one of its ends."""
        with contextlib.suppress(ConnectionError):
            while data := await source.read(_READ_BYTES):
                if is_request and self.refuses(data.split(b"\r\n", 1)[0].decode("latin-1")):
                    return False
                if allowed is not None and len(data) > allowed:
                    sink.write(data[:allowed])
                    await sink.drain()
                    return True
                sink.write(data)
                await sink.drain()
                allowed = None if allowed is None else allowed - len(data)
        return False
