"""A kit that never fails proves nothing: each fault here is found by the rule that is there for it."""

import asyncio
from collections.abc import AsyncIterator, Iterator

import pytest
from own_system import TOKENS, OwnService, own_service
from small_bot import BOT_FAULTS, PERSON, QUESTION, TOKEN, SmallBot
from spoiling import SERVICE_FAULTS, Fault, SpoilingProxy

from conformance import bot_rules
from conformance.__main__ import chosen, main, report
from conformance.bot import Bot
from conformance.bot_rules import RULES as BOT_RULES
from conformance.playing_the_bot import PlayedBot
from conformance.playing_the_service import PlayedService
from conformance.rules import Finding, Rulebook, Subject, Verdict, require, try_rules
from conformance.schemas import require_shape
from conformance.service import Access, Account, Service
from conformance.service_rules import RULES as SERVICE_RULES

# Long enough for what a fault shows at once.
SETTLE_SECONDS = 0.2
PATIENCE_SECONDS = 20.0


@pytest.fixture(scope="module")
def right_service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OwnService]:
    with own_service(tmp_path_factory.mktemp("service")) as service:
        yield service


@pytest.fixture(scope="module")
def proxy(right_service: OwnService) -> Iterator[SpoilingProxy]:
    with SpoilingProxy(right_service.url) as proxy:
        yield proxy


@pytest.fixture(scope="module")
async def service(right_service: OwnService, proxy: SpoilingProxy) -> AsyncIterator[Service]:
    def account(username: str) -> Account:
        return Account(username, right_service.passwords[username])

    access = Access(
        url=proxy.url,
        agent=account("medarbetare1"),
        other_agent=account("medarbetare2"),
        lead=account("teamledare"),
        internal_token=TOKENS["INTERNAL_TOKEN"],
        settle_seconds=SETTLE_SECONDS,
        patience_seconds=PATIENCE_SECONDS,
    )
    with PlayedBot(right_service.bot_port, TOKENS["BOT_TOKEN"]) as bot:
        async with Service(access, bot) as service:
            yield service


@pytest.mark.parametrize("fault", sorted(SERVICE_FAULTS))
async def test_a_service_with_a_fault_is_found_out(service: Service, proxy: SpoilingProxy, fault: str) -> None:
    rule_id, spoil = SERVICE_FAULTS[fault]
    rules = chosen(SERVICE_RULES, [rule_id])
    proxy.fault = Fault()
    right = await try_rules(service, rules, ignore)
    proxy.fault = spoil()
    wrong = await try_rules(service, rules, ignore)
    proxy.fault = Fault()
    assert [finding.verdict for finding in right] == [Verdict.KEPT], right
    assert [finding.verdict for finding in wrong] == [Verdict.BROKEN], wrong
    assert wrong[0].found


@pytest.fixture
def played_service(monkeypatch: pytest.MonkeyPatch) -> Iterator[PlayedService]:
    # The small bot keeps no article at all.
    monkeypatch.setattr(bot_rules, "FORGOTTEN_SECONDS", 0.0)
    with PlayedService(0, TOKENS["INTERNAL_TOKEN"]) as service:
        yield service


async def findings_of(service: PlayedService, kind: type[SmallBot], *only: str) -> list[Finding]:
    with kind(f"http://127.0.0.1:{service.port}", TOKENS["INTERNAL_TOKEN"]) as small:
        async with Bot(small.url, TOKEN, service, question=QUESTION, person=PERSON) as bot:
            return await try_rules(bot, chosen(BOT_RULES, only), ignore)


async def test_a_small_bot_that_keeps_every_rule_is_said_to(played_service: PlayedService) -> None:
    found = await findings_of(played_service, SmallBot)
    assert [finding for finding in found if finding.verdict is not Verdict.KEPT] == []


@pytest.mark.parametrize("rule_id", sorted(BOT_FAULTS))
async def test_a_bot_with_a_fault_is_found_out(played_service: PlayedService, rule_id: str) -> None:
    found = await findings_of(played_service, BOT_FAULTS[rule_id], rule_id)
    assert [finding.verdict for finding in found] == [Verdict.BROKEN], found
    assert found[0].found


def test_every_rule_for_bots_has_a_bot_that_breaks_it() -> None:
    assert {rule.id for rule in BOT_RULES} == set(BOT_FAULTS)


def test_the_played_service_says_who_is_there_as_the_protocol_does(played_service: PlayedService) -> None:
    status, body = played_service.get("/internal/availability")
    assert status == 200
    require_shape("availability", body)


async def test_what_a_rule_needs_and_was_not_given_leaves_it_untried(played_service: PlayedService) -> None:
    async with Bot("http://127.0.0.1:9", TOKEN, played_service, question=None, person=PERSON) as bot:
        found = await try_rules(bot, chosen(BOT_RULES, ["HP-214"]), ignore)
    assert [finding.verdict for finding in found] == [Verdict.NOT_TRIED]


async def test_a_subject_that_does_not_answer_breaks_the_rule(played_service: PlayedService) -> None:
    async with Bot("http://127.0.0.1:9", TOKEN, played_service, question=None, person=PERSON) as bot:
        found = await try_rules(bot, chosen(BOT_RULES, ["HP-201"]), ignore)
    assert [finding.verdict for finding in found] == [Verdict.BROKEN]
    assert report("bot", "http://127.0.0.1:9", found)["count"] == {"kept": 0, "broken": 1, "not tried": 0}


async def test_a_rule_without_end_is_broken_and_what_it_began_is_tidied(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("conformance.rules.RULE_SECONDS", 0.0)
    book, tidied = Rulebook[Subject](), []

    class Tried(Subject):
        async def tidy(self) -> None:
            tidied.append(self)

    @book.rule("HP-901", "Never ends.")
    async def never_ends(subject: Subject) -> None:
        del subject
        await asyncio.Event().wait()

    found = await try_rules(Tried(), list(book), ignore)
    assert [finding.verdict for finding in found] == [Verdict.BROKEN]
    assert len(tidied) == 1
    with pytest.raises(ValueError, match="HP-901"):
        book.rule("HP-901", "The same again.")(never_ends)
    require(True, "nothing")  # noqa: FBT003 - a rule that holds says nothing


@pytest.mark.parametrize(
    "arguments",
    [
        ("service", "--url", "http://127.0.0.1:9", "--agent", "a:b", "--agent2", "c:d"),
        (
            *("bot", "--url", "http://127.0.0.1:9", "--token", TOKEN, "--service-port", "0"),
            *("--internal-token", TOKEN, "--topics", "missing.json"),
        ),
    ],
    ids=lambda arguments: arguments[0],
)
def test_a_kit_that_cannot_begin_says_why_in_one_sentence(
    arguments: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.argv", ["conformance", *arguments])
    with pytest.raises(SystemExit, match=r"The kit cannot begin: ."):
        main()


def ignore(finding: Finding) -> None:
    """The findings are looked at when all have come."""
    del finding
