"""A TCP proxy between the clients and the service that cuts connections at any byte."""

import asyncio
import contextlib
from dataclasses import dataclass, field
from enum import StrEnum

_CHUNK_BYTES = 65536


class Direction(StrEnum):
    TO_SERVICE = "to_service"
    TO_CLIENT = "to_client"


@dataclass
class Fuse:
    """Burns down as bytes pass, and then cuts the connection that it lies in."""

    direction: Direction
    bytes_left: int


@dataclass(eq=False)
class Connection:
    writers: list[asyncio.StreamWriter]
    fuse: Fuse | None = None

    def cut(self) -> None:
        for writer in self.writers:
            # Not an orderly end: the other side sees a reset, as when a machine or a network goes away.
            writer.transport.abort()


@dataclass
class Proxy:
    host: str
    port: int
    cuts: int = 0
    _connections: set[Connection] = field(default_factory=set)
    _fuses: list[Fuse] = field(default_factory=list)
    _server: asyncio.Server | None = None

    async def start(self) -> str:
        """Returns the address to call instead of the service's."""
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        return f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    async def stop(self) -> None:
        if self._server is not None:
            self._server.close()
        for connection in list(self._connections):
            connection.cut()

    @property
    def fuses_lying(self) -> int:
        return len(self._fuses) + sum(connection.fuse is not None for connection in self._connections)

    def lay_fuse(self, direction: Direction, byte_count: int) -> None:
        """The next connection over which something passes in this direction is cut after so many bytes."""
        self._fuses.append(Fuse(direction, byte_count))

    def cut_all(self) -> None:
        """Counts as one cut, however many connections there are."""
        connections = list(self._connections)
        for connection in connections:
            connection.cut()
        if connections:
            self.cuts += 1

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            service_reader, service_writer = await asyncio.open_connection(self.host, self.port)
        except OSError:
            writer.transport.abort()
            return
        connection = Connection([writer, service_writer])
        self._connections.add(connection)
        passing = [
            asyncio.create_task(self._pass_on(connection, Direction.TO_SERVICE, reader, service_writer)),
            asyncio.create_task(self._pass_on(connection, Direction.TO_CLIENT, service_reader, writer)),
        ]
        try:
            # When one side has ended, the other can do no more either: HTTP knows no half-closed connections.
            await asyncio.wait(passing, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in passing:
                task.cancel()
            await asyncio.gather(*passing, return_exceptions=True)
            self._connections.discard(connection)
            for each in connection.writers:
                each.close()

    async def _pass_on(
        self,
        connection: Connection,
        direction: Direction,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
    ) -> None:
        with contextlib.suppress(OSError):
            while data := await reader.read(_CHUNK_BYTES):
                self._take_fuse(connection, direction)
                fuse = connection.fuse
                if fuse is not None and fuse.direction is direction:
                    if len(data) >= fuse.bytes_left:
                        writer.write(data[: fuse.bytes_left])
                        await writer.drain()
                        connection.cut()
                        self.cuts += 1
                        return
                    fuse.bytes_left -= len(data)
                writer.write(data)
                await writer.drain()

    def _take_fuse(self, connection: Connection, direction: Direction) -> None:
        if connection.fuse is None:
            connection.fuse = next((fuse for fuse in self._fuses if fuse.direction is direction), None)
            if connection.fuse is not None:
                self._fuses.remove(connection.fuse)
