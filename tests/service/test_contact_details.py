"""How the resident wants to be answered: what can be used, what is said about it, and where it never stands."""

import pytest
from fakes import FakeClock
from hypothesis import given
from hypothesis import strategies as st
from people import People, Resident, a_personal_number, assert_problem
from sqlalchemy import select, text

from handover_api.cases.contact import MAX_NAME_CHARACTERS, usable
from handover_api.cases.schemas import ContactCreate
from handover_api.database import SessionFactory, transaction
from handover_api.errors import InvalidError
from handover_api.models import ContactDetails, Outgoing
from handover_api.rules.contact import Channel
from handover_api.rules.personal_data import PERSONAL_NUMBER_MASK

# Numbers that the authority for numbers has set aside for fiction.
MOBILE = "070-174 06 05"
LANDLINE = "08-465 004 04"


def code_of(channel: Channel, address: str | None, name: str | None = None) -> str:
    with pytest.raises(InvalidError) as refused:
        usable(ContactCreate(channel=channel, address=address, name=name))
    assert refused.value.detail.endswith(".")
    return refused.value.code


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("namn@exempel.se", "namn@exempel.se"),
        ("  Namn@Exempel.SE ", "namn@exempel.se"),
        ("namn+chatt@exempel.se", "namn+chatt@exempel.se"),
        ("namn@räksmörgås.se", "namn@xn--rksmrgs-5wao1o.se"),
    ],
)
def test_an_address_is_kept_as_mail_is_sent_to_it(written: str, kept: str) -> None:
    assert usable(ContactCreate(channel=Channel.EMAIL, address=written)).address == kept


@pytest.mark.parametrize(
    "written",
    [
        *("", " ", "namn", "namn@", "@exempel.se", "namn@exempel", "namn@@exempel.se", "namn@exempel..se"),
        *("namn namn@exempel.se", "a@b.se, c@d.se", "Namn <namn@exempel.se>", "namn@exempel.se\nBcc: annan@exempel.se"),
        *("namn@[127.0.0.1]", "namn@localhost", "namn\x00@exempel.se", f"{'n' * 65}@exempel.se", "åsa@exempel.se"),
    ],
)
def test_an_address_that_mail_cannot_be_sent_to_is_refused(written: str) -> None:
    assert code_of(Channel.EMAIL, written) == "email_wrong"


@pytest.mark.parametrize(
    ("channel", "written", "kept"),
    [
        (Channel.SMS, MOBILE, "+46701740605"),
        (Channel.SMS, "0701740605", "+46701740605"),
        (Channel.SMS, "+46 (0)70 174 06 05", "+46701740605"),
        (Channel.SMS, "0046701740605", "+46701740605"),
        (Channel.TELEPHONE, LANDLINE, "+46846500404"),
        (Channel.TELEPHONE, MOBILE, "+46701740605"),
        (Channel.TELEPHONE, "+47 22 00 00 00", "+4722000000"),
    ],
)
def test_a_number_is_kept_as_the_world_dials_it(channel: Channel, written: str, kept: str) -> None:
    assert usable(ContactCreate(channel=channel, address=written)).address == kept


@pytest.mark.parametrize("channel", [Channel.SMS, Channel.TELEPHONE])
@pytest.mark.parametrize(
    "written",
    ["", "0", "112", "070", "070-174", "namn@exempel.se", "0900-10 10 10", "sju", a_personal_number(), "9" * 900],
)
def test_a_number_that_nobody_answers_or_that_costs_is_refused(channel: Channel, written: str) -> None:
    assert code_of(channel, written) == "telephone_wrong"


def test_a_text_message_is_not_sent_to_a_landline() -> None:
    assert code_of(Channel.SMS, LANDLINE) == "not_a_mobile"


def test_a_name_may_be_left_out_is_not_endless_and_holds_no_personal_number() -> None:
    def name(written: str | None) -> str | None:
        return usable(ContactCreate(channel=Channel.SMS, address=MOBILE, name=written)).name

    assert [name(None), name("  "), name(" Den  som\nfrågar ")] == [None, None, "Den som frågar"]
    assert name(a_personal_number()) == PERSONAL_NUMBER_MASK
    assert code_of(Channel.SMS, MOBILE, "n" * (MAX_NAME_CHARACTERS + 1)) == "name_wrong"


@given(channel=st.sampled_from(list(Channel)), address=st.none() | st.text(), name=st.none() | st.text())
def test_whatever_is_written_is_kept_in_a_form_that_can_be_used_or_refused_in_words(
    channel: Channel, address: str | None, name: str | None
) -> None:
    try:
        kept = usable(ContactCreate(channel=channel, address=address, name=name))
    except InvalidError:
        return
    assert (kept.address is None) == (channel is Channel.ANONYMOUS)
    if kept.address is not None:
        assert kept.address.isascii()
        assert kept.address.isprintable()
        # What is kept is right as it stands.
        again = ContactCreate(channel=channel, address=kept.address, name=kept.name)
        assert usable(again) == kept


async def waiting(people: People) -> tuple[Resident, str]:
    resident = await people.resident()
    return resident, await resident.queue_up()


async def test_whoever_leaves_an_address_need_not_wait_and_gets_a_receipt(
    people: People, sessions: SessionFactory
) -> None:
    resident, reference = await waiting(people)
    response = await resident.leave_contact("email", "namn@exempel.se", name="Den som frågar")
    assert response.status_code == 200
    status = response.json()
    assert (status["state"], status["contact_channel"], status["can_leave_contact"]) == ("asynchronous", "email", False)
    receipt = (await resident.read())[-1]
    assert receipt["kind"] == "receipt"
    assert reference in receipt["text"]
    assert "Vi mejlar dig" in receipt["text"]
    assert "Du får svar senast" in receipt["text"]
    case = await people.agent.get_case(reference)
    assert case["contact"] == {"channel": "email", "address": "namn@exempel.se", "name": "Den som frågar"}
    async with transaction(sessions) as session:
        [letter] = await session.scalars(select(Outgoing))
        assert (letter.kind, letter.payload["about"]) == ("email", "receipt")


async def test_the_agents_answer_goes_the_chosen_way_and_is_read_in_the_chat(
    people: People, sessions: SessionFactory
) -> None:
    resident, reference = await waiting(people)
    await resident.leave_contact("sms", MOBILE)
    await people.agent.write(reference, "Här är svaret.")
    assert (await resident.read())[-1]["text"] == "Här är svaret."
    async with transaction(sessions) as session:
        letters = await session.scalars(select(Outgoing).order_by(Outgoing.id))
        assert [(letter.kind, letter.payload["about"]) for letter in letters] == [("sms", "receipt"), ("sms", "reply")]


async def test_leaving_it_again_replaces_it_and_leaving_the_same_changes_nothing(
    people: People, sessions: SessionFactory, clock: FakeClock
) -> None:
    resident, reference = await waiting(people)
    await resident.leave_contact("email", "namn@exempel.se")
    before = (await resident.read(), (await people.agent.get_case(reference))["version"])
    clock.advance(minutes=1)
    await resident.leave_contact("email", "NAMN@exempel.se")
    assert (await resident.read(), (await people.agent.get_case(reference))["version"]) == before
    await resident.leave_contact("anonymous", "namn@exempel.se", name="Namn")
    assert (await people.agent.get_case(reference))["contact"] == {
        "channel": "anonymous",
        "address": None,
        "name": None,
    }
    async with transaction(sessions) as session:
        assert len((await session.scalars(select(ContactDetails))).all()) == 1


async def test_what_cannot_be_used_loses_nothing(people: People) -> None:
    resident, _ = await waiting(people)
    assert_problem(await resident.leave_contact("email", "namn"), 422, "email_wrong")
    status = await resident.status()
    assert (status["state"], status["contact_channel"]) == ("waiting", None)
    assert_problem(await resident.leave_contact("brevduva"), 422, "invalid")


async def test_with_an_agent_there_the_address_is_kept_for_later(people: People) -> None:
    resident, reference = await waiting(people)
    await people.agent.claim(reference)
    response = await resident.leave_contact("telephone", LANDLINE)
    assert (response.json()["state"], response.json()["contact_channel"]) == ("with_agent", "telephone")


async def test_without_a_case_there_is_nothing_to_answer(people: People) -> None:
    resident = await people.resident()
    assert_problem(await resident.leave_contact("email", "namn@exempel.se"), 409, "no_case")


async def test_another_residents_key_leaves_nothing(people: People) -> None:
    resident, _ = await waiting(people)
    stranger = await people.resident()
    stranger.path = resident.path
    assert_problem(await stranger.leave_contact("email", "annan@exempel.se"), 404, "conversation_missing")


async def test_an_address_stands_with_the_case_alone(
    people: People, sessions: SessionFactory, capsys: pytest.CaptureFixture[str]
) -> None:
    resident, _ = await waiting(people)
    await resident.leave_contact("email", "hemlig@exempel.se", name="Hemlige Namnsson")
    await resident.leave_contact("email", "hemligare@exempel.se")
    await resident.leave_contact("email", "hemlig.utan.adress")
    async with transaction(sessions) as session:
        for table in ("audit_entries", "conversation_events", "messages", "outgoing", "conversations", "handovers"):
            rows = (await session.execute(text(f"SELECT t::text FROM {table} t"))).scalars()  # noqa: S608 - our names
            assert not [row for row in rows if "hemlig" in row.lower()], table
    printed = capsys.readouterr()
    assert "hemlig" not in (printed.out + printed.err).lower()
