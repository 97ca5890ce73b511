"""A real SMTP server on the loopback, well or ill."""

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

import trustme
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session


@dataclass
class Post:
    """What has been taken in, and how the server behaves: each a status that it answers with."""

    received: list[EmailMessage] = field(default_factory=list)
    recipients: list[str] = field(default_factory=list)
    at_recipient: str = "250 OK"
    at_end: str = "250 OK"
    # Of the server itself: it takes everything and then says nothing, or hangs up.
    hangs_at_end: bool = False
    hangs_up_at_end: bool = False
    letters_begun: asyncio.Event = field(default_factory=asyncio.Event)
    user: tuple[str, str] | None = None

    def letter(self, subject: str) -> EmailMessage:
        """The only one whose subject begins so. Letters are sent beside each other and come in any order."""
        [found] = [each for each in self.received if each["Subject"].startswith(subject)]
        return found

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        assert session
        assert server
        assert options == []
        if self.at_recipient.startswith("250"):
            envelope.rcpt_tos.append(address)
        return self.at_recipient

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's name
        assert session
        self.letters_begun.set()
        if self.hangs_at_end:
            await asyncio.Event().wait()
        if self.at_end.startswith("250"):
            content = envelope.original_content
            assert content is not None
            letter = message_from_bytes(content, policy=default)
            assert isinstance(letter, EmailMessage)
            self.received.append(letter)
            self.recipients += envelope.rcpt_tos
        if self.hangs_up_at_end and server.transport is not None:
            server.transport.abort()
        return self.at_end

    def authenticate(self, *given: object) -> AuthResult:
        """Called with the server, the session, the envelope, the mechanism and what was given."""
        login = given[-1]
        assert isinstance(login, LoginPassword)
        assert self.user is not None
        is_right = (login.login.decode(), login.password.decode()) == self.user
        return AuthResult(success=is_right, handled=False)


class Certificates:
    """An authority of our own, and what it says about the server."""

    def __init__(self) -> None:
        authority = trustme.CA()
        self.server = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        authority.issue_cert("127.0.0.1").configure_cert(self.server)
        self.client = ssl.create_default_context()
        authority.configure_trust(self.client)


@contextlib.asynccontextmanager
async def serve_mail(
    post: Post, *, starttls: ssl.SSLContext | None = None, tls: ssl.SSLContext | None = None
) -> AsyncIterator[int]:
    """Yields the port."""
    login = {"authenticator": post.authenticate, "auth_required": True} if post.user else {}
    made: list[SMTP] = []

    def serve() -> SMTP:
        made.append(
            SMTP(
                post,
                hostname="localhost",
                tls_context=starttls,
                require_starttls=starttls is not None,
                auth_require_tls=starttls is not None,
                **login,
            )
        )
        return made[-1]

    async with _listening(serve, tls) as port:
        yield port
    for each in made:
        if each.transport is not None:
            each.transport.abort()


@contextlib.asynccontextmanager
async def serve_silence() -> AsyncIterator[int]:
    """A server that takes the connection and never says a word."""
    connections: list[asyncio.BaseTransport] = []

    class Silence(asyncio.Protocol):
        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            connections.append(transport)

    async with _listening(Silence, None) as port:
        yield port
    for each in connections:
        each.close()


@contextlib.asynccontextmanager
async def _listening(make: Callable[[], asyncio.BaseProtocol], tls: ssl.SSLContext | None) -> AsyncIterator[int]:
    server = await asyncio.get_running_loop().create_server(make, "127.0.0.1", 0, ssl=tls)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
