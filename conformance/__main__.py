"""The conformance kit: `python -m conformance service --help`, `python -m conformance bot --help`."""

import argparse
import asyncio
import contextlib
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx

from conformance.bot import Bot
from conformance.bot_rules import RULES as BOT_RULES
from conformance.playing_the_bot import PlayedBot
from conformance.playing_the_service import PlayedService
from conformance.rules import Finding, NotTriedError, Rulebook, Verdict, try_rules
from conformance.schemas import protocol_version
from conformance.service import PATIENCE_SECONDS, SETTLE_SECONDS, Access, Account, Service
from conformance.service_rules import RULES as SERVICE_RULES


def account(text: str) -> Account:
    username, _, password = text.partition(":")
    if not username or not password:
        raise argparse.ArgumentTypeError("write it as user:password")
    return Account(username, password)


def arguments(words: Sequence[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m conformance", description=__doc__)
    subjects = parser.add_subparsers(dest="subject", required=True, metavar="service | bot")
    service = subjects.add_parser("service", help="try a service; the kit plays residents, agents and the bot")
    service.add_argument("--url", required=True, help="the service's address")
    service.add_argument("--agent", required=True, type=account, metavar="USER:PASSWORD")
    service.add_argument("--agent2", required=True, type=account, metavar="USER:PASSWORD")
    service.add_argument("--lead", type=account, metavar="USER:PASSWORD")
    service.add_argument("--internal-token", help="the token of the internal API")
    service.add_argument("--bot-port", type=int, help="play the service's bot on this port of the loopback interface")
    service.add_argument("--bot-token", help="the token that the service shows its bot")
    service.add_argument("--settle", type=float, default=SETTLE_SECONDS, help="seconds to wait for what must not come")
    service.add_argument("--patience", type=float, default=PATIENCE_SECONDS, help="seconds to wait for what must come")
    bot = subjects.add_parser("bot", help="try a bot; the kit plays the service")
    bot.add_argument("--url", required=True, help="the bot's address, as in BOT_URL")
    bot.add_argument("--token", required=True, help="the token that the bot wants to see")
    bot.add_argument("--service-port", required=True, type=int, help="where the bot is told to find the internal API")
    bot.add_argument("--internal-token", required=True, help="the token that the bot shows the service")
    bot.add_argument("--topics", type=Path, help="a JSON file with the answer of GET /internal/topics")
    bot.add_argument("--question", help="a question that the bot answers in its own words")
    bot.add_argument("--person", default="Jag vill prata med en människa", help="a message that asks for a person")
    for each in (service, bot):
        each.add_argument("--report", type=Path, help="write the findings here as JSON")
        each.add_argument("--only", nargs="*", default=[], metavar="ID", help="try only these rules")
    return parser.parse_args(words)


async def try_service(given: argparse.Namespace) -> list[Finding]:
    access = Access(
        url=given.url,
        agent=given.agent,
        other_agent=given.agent2,
        lead=given.lead,
        internal_token=given.internal_token,
        settle_seconds=given.settle,
        patience_seconds=given.patience,
    )
    with contextlib.ExitStack() as stack:
        bot = None
        if given.bot_port is not None:
            bot = stack.enter_context(PlayedBot(given.bot_port, given.bot_token or ""))
        async with Service(access, bot) as service:
            return await try_rules(service, chosen(SERVICE_RULES, given.only), tell)


async def try_bot(given: argparse.Namespace) -> list[Finding]:
    topics = json.loads(given.topics.read_text(encoding="utf-8")) if given.topics else None
    with PlayedService(given.service_port, given.internal_token, topics) as service:
        async with Bot(given.url, given.token, service, question=given.question, person=given.person) as bot:
            return await try_rules(bot, chosen(BOT_RULES, given.only), tell)


def chosen(book: Rulebook[Any], only: Sequence[str]) -> list[Any]:
    unknown = set(only) - {rule.id for rule in book}
    if unknown:
        sys.exit(f"There is no rule {', '.join(sorted(unknown))}.")
    return [rule for rule in book if not only or rule.id in only]


def tell(finding: Finding) -> None:
    because = f" ({finding.found})" if finding.found else ""
    print(f"{finding.id} {finding.verdict:9} {finding.sentence}{because}", flush=True)


def report(subject: str, url: str, findings: Sequence[Finding]) -> dict[str, Any]:
    count = {verdict.value: sum(finding.verdict is verdict for finding in findings) for verdict in Verdict}
    return {
        "protocol": protocol_version(),
        "subject": subject,
        "url": url,
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "count": count,
        "rules": [asdict(finding) for finding in findings],
    }


def main() -> int:
    given = arguments()
    try:
        findings = asyncio.run(try_service(given) if given.subject == "service" else try_bot(given))
    except NotTriedError as error:
        sys.exit(str(error))
    except (httpx.HTTPError, OSError) as error:
        # Nobody answers at the address, the port is taken, or a file is missing.
        sys.exit(f"The kit cannot begin: {error}")
    result = report(given.subject, given.url, findings)
    if given.report:
        given.report.write_text(json.dumps(result, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    count = result["count"]
    print(", ".join(f"{number} {verdict}" for verdict, number in count.items()))
    return 1 if count[Verdict.BROKEN] else 0


if __name__ == "__main__":
    sys.exit(main())
