"""Commands for whoever runs the service: `python -m handover_api.cli --help`."""

import argparse
import asyncio
import json
import os
import secrets
import sys
from dataclasses import asdict
from pathlib import Path
from uuid import UUID

import procrastinate
import psycopg
from alembic import command
from alembic.config import Config
from procrastinate.schema import SchemaManager
from sqlalchemy.exc import OperationalError

from handover_api.agents import service as agents
from handover_api.cases.erasure import erase
from handover_api.cases.erasure_wishes import list_wishes
from handover_api.clock import now
from handover_api.content import exporting
from handover_api.content.files import ContentError
from handover_api.content.repository import ContentRepository
from handover_api.content.service import import_content
from handover_api.database import create_engine, create_session_factory, transaction
from handover_api.errors import HandoverError, NotFoundError
from handover_api.organisation.answer_groups import list_boards
from handover_api.organisation.importing import import_organisation
from handover_api.outgoing import webhooks
from handover_api.rules.conversation import Event
from handover_api.rules.roles import Role
from handover_api.settings import Settings, SettingsError, read_settings
from handover_api.web.down_page import down_page
from handover_api.web.sites import read_sites

MIGRATIONS_FOLDER = Path(__file__).parent / "migrations"

DEMO_ACCOUNTS = (
    ("medarbetare1", "Medarbetare 1", Role.AGENT),
    ("medarbetare2", "Medarbetare 2", Role.AGENT),
    ("redaktor", "Redaktören", Role.EDITOR),
    ("teamledare", "Teamledaren", Role.LEAD),
    ("administrator", "Administratören", Role.ADMIN),
)


def alembic_config(settings: Settings) -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS_FOLDER))
    config.attributes["url"] = settings.sqlalchemy_url
    return config


def migrate(settings: Settings) -> None:
    """Brings the database's tables up to date: ours, and those of the job queue, which brings its own schema."""
    command.upgrade(alembic_config(settings), "head")
    with psycopg.connect(settings.libpq_url) as connection:
        row = connection.execute("SELECT to_regclass('procrastinate_jobs') IS NULL").fetchone()
    if row == (True,):
        connector = procrastinate.SyncPsycopgConnector(conninfo=settings.libpq_url)
        connector.open()
        SchemaManager(connector).apply_schema()
        connector.close()


async def import_seed(settings: Settings, folder: Path) -> None:
    """Publishes the content files of a folder, and adds what is new in the organisation; what has not changed stays."""
    engine = create_engine(settings.sqlalchemy_url)
    try:
        async with transaction(create_session_factory(engine)) as session:
            at = now()
            result = await import_content(session, folder, at)
            organisation = await import_organisation(session, folder, at)
    finally:
        await engine.dispose()
    print(
        f"{result.topics} topics, {result.articles} articles, {result.changed} new or changed, "
        f"{result.kept} kept as the editors have written them; {result.phrases} phrases"
    )
    print(
        f"{organisation.answer_groups} new answer groups, {organisation.departments} new departments, "
        f"{organisation.due_times} new promised times"
    )


async def export_seed(settings: Settings, folder: Path) -> None:
    """Writes the published content to a folder, as the files that it can be imported from."""
    engine = create_engine(settings.sqlalchemy_url)
    try:
        async with transaction(create_session_factory(engine)) as session:
            files = await exporting.read_files(session)
    finally:
        await engine.dispose()
    await exporting.write_files(files, folder)
    print(f"{len(files)} files in {folder}")


async def create_demo_accounts(settings: Settings, path: Path) -> None:
    """Makes one account a role and writes their passwords to a file that only its owner can read."""
    if not settings.is_demo:
        raise SettingsError("Demo accounts are made only when HANDOVER_MODE is demo")
    known = {entry["username"]: entry["password"] for entry in _read_accounts(path)}
    engine = create_engine(settings.sqlalchemy_url)
    entries: list[dict[str, str]] = []
    try:
        async with transaction(create_session_factory(engine)) as session:
            for username, display_name, role in DEMO_ACCOUNTS:
                password = known.get(username) or secrets.token_urlsafe(12)
                if not await agents.has_password(session, username, password):
                    await agents.put_account(
                        session, username=username, display_name=display_name, role=role, password=password, now=now()
                    )
                    await agents.let_see_secrecy(session, username, await list_boards(session))
                entries.append({"username": username, "password": password, "role": role.value})
    finally:
        await engine.dispose()
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        os.fchmod(file.fileno(), 0o600)
        json.dump(entries, file, indent=2)


def _read_accounts(path: Path) -> list[dict[str, str]]:
    try:
        accounts: list[dict[str, str]] = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return []
    return accounts


async def create_account(settings: Settings, username: str, display_name: str, role: Role) -> None:
    """Makes an account, or gives an existing one a new password. The password is read from standard input."""
    password = sys.stdin.readline().rstrip("\n")
    engine = create_engine(settings.sqlalchemy_url)
    try:
        async with transaction(create_session_factory(engine)) as session:
            await agents.put_account(
                session, username=username, display_name=display_name, role=role, password=password, now=now()
            )
    finally:
        await engine.dispose()


async def erase_conversation(settings: Settings, reference: str, reason: str) -> None:
    """Erases what the conversation of a closed case held, and prints the receipt."""
    engine = create_engine(settings.sqlalchemy_url)
    try:
        async with transaction(create_session_factory(engine)) as session:
            receipt = await erase(session, reference, reason, now())
    finally:
        await engine.dispose()
    print(json.dumps(asdict(receipt), ensure_ascii=False))


async def list_erasure_wishes(settings: Settings) -> None:
    """Prints a line a case whose resident wants it erased, the longest wished first."""
    engine = create_engine(settings.sqlalchemy_url)
    try:
        async with transaction(create_session_factory(engine)) as session:
            wishes = await list_wishes(session)
    finally:
        await engine.dispose()
    for wish in wishes:
        print(json.dumps({"case": wish.case_reference, "wished_at": wish.at.isoformat()}))


async def add_webhook(settings: Settings, url: str, events: list[Event]) -> None:
    """Makes a receiver of webhooks and prints its secret, which is shown this once."""
    engine = create_engine(settings.sqlalchemy_url)
    try:
        async with transaction(create_session_factory(engine)) as session:
            made = await webhooks.add_subscription(session, url, events, now())
    finally:
        await engine.dispose()
    print(json.dumps({"id": str(made.id), "secret": made.secret}))


async def list_webhooks(settings: Settings) -> None:
    """Prints a line a receiver, without its secret."""
    engine = create_engine(settings.sqlalchemy_url)
    try:
        async with transaction(create_session_factory(engine)) as session:
            listed = await webhooks.list_subscriptions(session)
    finally:
        await engine.dispose()
    for each in listed:
        subscription = each.subscription
        line = {
            "id": str(subscription.id),
            "url": subscription.url,
            "events": subscription.events,
            "is_active": subscription.is_active,
            "waiting": each.waiting,
            "given_up": each.given_up,
        }
        print(json.dumps(line))


async def remove_webhook(settings: Settings, id: UUID) -> None:  # noqa: A002 - the word on the command line
    engine = create_engine(settings.sqlalchemy_url)
    try:
        async with transaction(create_session_factory(engine)) as session:
            if not await webhooks.remove_subscription(session, id):
                raise NotFoundError("webhook_missing")
    finally:
        await engine.dispose()


async def write_down_page(settings: Settings, path: Path) -> None:
    """Writes the page that the proxy shows when nothing answers, from the local facts and the first site's colours."""
    engine = create_engine(settings.sqlalchemy_url)
    try:
        async with transaction(create_session_factory(engine)) as session:
            facts = await ContentRepository(session).get_facts()
    finally:
        await engine.dispose()
    html = down_page(facts, read_sites(settings).default)
    await asyncio.to_thread(path.write_text, html, encoding="utf-8")


async def prepare(settings: Settings, folder: Path, path: Path, down_page_path: Path | None) -> None:
    """Makes the database ready for the service: tables, content and, in demo mode, the demo accounts."""
    await asyncio.to_thread(migrate, settings)
    await import_seed(settings, folder)
    if settings.is_demo:
        await create_demo_accounts(settings, path)
    if down_page_path is not None:
        await write_down_page(settings, down_page_path)


async def migrate_only(settings: Settings) -> None:
    await asyncio.to_thread(migrate, settings)


def _arguments() -> argparse.Namespace:
    """Each command names, as `run`, what it calls with the settings and the arguments that are left."""
    parser = argparse.ArgumentParser(prog="python -m handover_api.cli", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)

    migration = commands.add_parser("migrate", help="bring the database's tables up to date")
    migration.set_defaults(run=migrate_only)

    seed = commands.add_parser("import-content", help="publish the content files of a folder")
    seed.add_argument("folder", type=Path)
    seed.set_defaults(run=import_seed)

    export = commands.add_parser("export-content", help="write the published content as files to a folder")
    export.add_argument("folder", type=Path)
    export.set_defaults(run=export_seed)

    demo = commands.add_parser("create-demo-accounts", help="make one account a role (demo mode only)")
    demo.add_argument("path", type=Path, help="where to write the user names and passwords")
    demo.set_defaults(run=create_demo_accounts)

    preparation = commands.add_parser(
        "prepare", help="migrate, import content and, in demo mode, make the demo accounts"
    )
    preparation.add_argument("folder", type=Path)
    preparation.add_argument("path", type=Path)
    preparation.add_argument(
        "--down-page", dest="down_page_path", type=Path, help="also write the page for when nothing answers"
    )
    preparation.set_defaults(run=prepare)

    down = commands.add_parser("write-down-page", help="write the page that the proxy shows when nothing answers")
    down.add_argument("path", type=Path, help="the file to write")
    down.set_defaults(run=write_down_page)

    account = commands.add_parser("create-account", help="make or change an account; the password on standard input")
    account.add_argument("username")
    account.add_argument("display_name")
    account.add_argument("role", type=Role, choices=list(Role))
    account.set_defaults(run=create_account)

    erasure = commands.add_parser("erase-conversation", help="erase what the conversation of a closed case held")
    erasure.add_argument("reference")
    erasure.add_argument("reason", help="the decision that it rests on; it stands in the audit trail")
    erasure.set_defaults(run=erase_conversation)

    wishes = commands.add_parser("list-erasure-wishes", help="list the cases whose residents want them erased")
    wishes.set_defaults(run=list_erasure_wishes)

    receiver = commands.add_parser("add-webhook", help="send signed webhooks on case events to an address")
    receiver.add_argument("url")
    receiver.add_argument("events", nargs="*", type=Event, metavar="EVENT", help="only these; without any, all")
    receiver.set_defaults(run=add_webhook)

    receivers = commands.add_parser("list-webhooks", help="list the receivers, and what did not arrive")
    receivers.set_defaults(run=list_webhooks)

    removal = commands.add_parser("remove-webhook", help="send nothing more to a receiver")
    removal.add_argument("id", type=UUID)
    removal.set_defaults(run=remove_webhook)
    return parser.parse_args()


def main() -> None:
    arguments = vars(_arguments())
    del arguments["command"]
    run = arguments.pop("run")
    try:
        asyncio.run(run(read_settings(dict(os.environ)), **arguments))
    except (SettingsError, ContentError, ValueError) as error:
        sys.exit(str(error))
    except HandoverError as error:
        sys.exit(f"Not done: {error.code}")
    except OperationalError as error:
        sys.exit(f"The database does not answer: {error.orig}")


if __name__ == "__main__":
    main()
