"""E-mail: to an SMTP server, or as files in a folder where there is none."""

import asyncio
import contextlib
import ssl
from dataclasses import dataclass
from datetime import datetime
from email.errors import HeaderParseError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from pathlib import Path
from typing import Literal, Protocol

import aiosmtplib

from handover_api.integrations.delivery import RefusedError, TryAgainError

Security = Literal["starttls", "tls", "none"]

_PERMANENT = 500
# Of one question and answer with the server; the whole attempt has a deadline of its own.
_ANSWER_SECONDS = 15.0
_FAREWELL_SECONDS = 2.0


@dataclass(frozen=True)
class Letter:
    """`id` is the same each time the letter is sent, so that whoever gets it twice can tell."""

    id: str
    to: str
    subject: str
    text: str
    at: datetime


class Mailer(Protocol):
    async def send(self, letter: Letter) -> None:
        """
        Raises:
            RefusedError
            TryAgainError
        """


def compose(letter: Letter, sender: str) -> EmailMessage:
    """The letter as it is sent: plain text in UTF-8, in lines that every server takes.

    Raises:
        RefusedError: `address_invalid`.
    """
    message = EmailMessage(policy=SMTP)
    sender_name, sender_address = parseaddr(sender)
    domain = sender_address.rpartition("@")[2]
    try:
        message["To"] = Address(addr_spec=letter.to)
        message["From"] = Address(sender_name, addr_spec=sender_address)
    except (ValueError, IndexError, AttributeError, HeaderParseError):
        # The last but one is the standard library's own stumbling over what is no address, such as "0@[".
        raise RefusedError("address_invalid") from None
    message["Subject"] = letter.subject
    message["Date"] = format_datetime(letter.at)
    message["Message-ID"] = f"<{letter.id}@{domain}>"
    # Nobody's holiday reply is to be answered by us, nor ours by theirs (RFC 3834).
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(letter.text, cte="quoted-printable")
    return message


class SmtpMailer:
    def __init__(
        self,
        *,
        host: str,
        port: int,
        security: Security,
        sender: str,
        username: str = "",
        password: str = "",
        tls_context: ssl.SSLContext | None = None,
    ) -> None:
        self._sender = sender
        self._username = username
        self._password = password
        self._host = host
        self._port = port
        self._security = security
        self._tls_context = tls_context or ssl.create_default_context()

    async def send(self, letter: Letter) -> None:
        message = compose(letter, self._sender)
        client = aiosmtplib.SMTP(
            hostname=self._host,
            port=self._port,
            use_tls=self._security == "tls",
            # Asked for, it must be had: a server that has lost its certificate gets nothing in the clear.
            start_tls=self._security == "starttls",
            tls_context=self._tls_context,
            timeout=_ANSWER_SECONDS,
        )
        try:
            await self._open(client)
            await self._hand_over(client, message)
        finally:
            client.close()

    async def _open(self, client: aiosmtplib.SMTP) -> None:
        """What goes wrong here is about the server or our account, not the letter: a day is left to put it right."""
        try:
            await client.connect()
            if self._username:
                await client.login(self._username, self._password)
        except aiosmtplib.SMTPAuthenticationError:
            raise TryAgainError("smtp_login_refused") from None
        except (aiosmtplib.SMTPException, OSError):
            raise TryAgainError("smtp_unreachable") from None

    async def _hand_over(self, client: aiosmtplib.SMTP, message: EmailMessage) -> None:
        try:
            await client.send_message(message)
        except aiosmtplib.SMTPRecipientsRefused as error:
            raise _failure(max(each.code for each in error.recipients)) from None
        except aiosmtplib.SMTPNotSupported:
            # The address has letters that this server cannot send to.
            raise RefusedError("smtp_address_not_supported") from None
        except aiosmtplib.SMTPResponseException as error:
            raise _failure(error.code) from None
        except (aiosmtplib.SMTPException, OSError):
            raise TryAgainError("smtp_unreachable") from None
        # The letter has been taken, whatever becomes of the farewell.
        with contextlib.suppress(aiosmtplib.SMTPException, OSError):
            await client.quit(timeout=_FAREWELL_SECONDS)


def _failure(code: int) -> RefusedError | TryAgainError:
    return RefusedError("smtp_refused") if code >= _PERMANENT else TryAgainError("smtp_busy")


class FolderMailer:
    """Writes letters as files, for a demonstration or until there is a server."""

    def __init__(self, folder: Path, sender: str) -> None:
        self._folder = folder
        self._sender = sender

    async def send(self, letter: Letter) -> None:
        content = compose(letter, self._sender).as_bytes()
        await asyncio.to_thread(self._write, f"{letter.id}.eml", content)

    def _write(self, name: str, content: bytes) -> None:
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        draft = self._folder / f".{name}"
        draft.write_bytes(content)
        draft.replace(self._folder / name)


class NoMailer:
    """E-mail has not been set up: whoever promised a letter learns at once that it does not arrive."""

    async def send(self, letter: Letter) -> None:  # noqa: ARG002 - nothing is sent
        raise RefusedError("mail_not_set_up")
