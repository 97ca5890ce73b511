"""What the gate lets through and what it stops, and what the page of a model shows of the examination."""

from pathlib import Path
from uuid import uuid4

import httpx
import pytest
from examinations import decided, examination, measured
from fakes import FakeBot, FakeClock, reply, says
from fastapi import FastAPI
from model_archives import OLD, Bot, checksum, model
from people import Member, People, Resident
from sqlalchemy import delete, select, update
from studio_models import HTML, PATH, add_regression, audited, id_of, page_of, serving, states_of, train, words

from handover_api.database import SessionFactory, transaction
from handover_api.models import AnswerGroup, BotModelEvent, Message, Staff, Topic
from handover_api.settings import Settings

pytestmark = pytest.mark.usefixtures("published", "bot_process")
NEW, OTHER = "bbbb00000002", "cccc00000003"
QUESTION = "Hur hög får en altan vara?"


async def use(member: Member, app: FastAPI, version: str = NEW, **form: str) -> httpx.Response:
    response = await member.client.post(f"{PATH}/{await id_of(app, version)}/anvand", data=form, headers=HTML)
    assert response.status_code == 303, response.text
    return response


async def page(member: Member, app: FastAPI, version: str = NEW) -> str:
    return words(await page_of(member.client, f"{PATH}/{await id_of(app, version)}"))


async def ask(people: People, bot: FakeBot, text: str = QUESTION) -> tuple[Resident, str]:
    """Somebody asks, and the bot answers. Returns the message's id too."""
    bot.behaviour = says(reply("answer", "Så här är det.", topic="radon"))
    resident = await people.resident()
    await resident.write(text)
    await resident.read_until_answered()
    return resident, str(bot.heard[-1].message_id)


def remove(settings: Settings, version: str) -> None:
    Path(settings.models_folder, f"{checksum(model(version))}.tar.gz").unlink()


async def test_a_model_that_nobody_has_examined_is_stopped_unless_a_lead_decides_otherwise(
    app: FastAPI, people: People, action_server: httpx.AsyncClient
) -> None:
    await people.editor.client.post(f"{PATH}/trana", headers=HTML)
    run = (await action_server.post("/internal/trainings/next")).json()["id"]
    await action_server.put(f"/internal/trainings/{run}/model", content=model(NEW))
    await use(people.editor, app)
    assert await states_of(app) == {OLD: "serving", NEW: "refused"}
    assert "Modellen är inte prövad. Träna en ny modell." in await page(people.editor, app)
    await use(people.lead, app, trots="1", anledning="Det är bråttom.")
    assert await serving(app) == NEW


async def test_the_model_that_comes_with_the_program_needs_no_examination(
    app: FastAPI, people: People, action_server: httpx.AsyncClient
) -> None:
    await train(people.editor.client, action_server, model(NEW))
    await use(people.editor, app)
    await Bot(action_server, str(uuid4())).start_with(model(OTHER))
    assert (await states_of(app))[OTHER] == "candidate"
    assert "följde med programmet och har inte prövats här" in await page(people.editor, app, OTHER)
    await use(people.editor, app, OTHER)
    assert await serving(app) == OTHER


@pytest.mark.parametrize(
    ("worse", "reason"),
    [
        ({"right": 0.5}, "Boten skulle svara rätt själv på 50,0 procent av frågorna, mot 60,0 procent nu."),
        ({"wrong": 0.02}, "Boten skulle svara fel på 2,0 procent av frågorna, mot 1,0 procent nu."),
        ({"coverage": 0.5}, "utan fler fel än vad som är tillåtet, mot 65,0 procent nu."),
        ({"out_of_scope": 0.1}, "Boten skulle svara på 10,0 procent av frågorna som inget ämne svarar på"),
        ({"recall": 0.9}, "Boten skulle känna igen 90,0 procent av frågorna om fara, mot 97,0 procent nu."),
    ],
)
async def test_a_model_that_is_worse_on_the_same_questions_is_stopped_with_both_figures(
    app: FastAPI, people: People, action_server: httpx.AsyncClient, worse: dict[str, float], reason: str
) -> None:
    await train(people.editor.client, action_server, model(NEW), found=examination(measured(**worse), measured()))
    await use(people.editor, app)
    assert await serving(app) == OLD
    shown = await page(people.editor, app)
    assert reason in shown
    assert "Sämre än gränsen" in shown
    async with transaction(app.state.sessions) as session:
        told = (await session.scalars(select(BotModelEvent.reason).where(BotModelEvent.deed == "refused"))).one()
    assert reason in told


LOST = [f"Det brinner hos grannen {number}" for number in range(9)]
WON = "Taket har rasat in"


async def test_danger_that_is_no_longer_recognised_stops_a_model_and_is_named(
    app: FastAPI, people: People, action_server: httpx.AsyncClient
) -> None:
    found = examination(measured(recall=0.96, missed=LOST), measured(missed=[WON]))
    await train(people.editor.client, action_server, model(NEW), found=found)
    shown = await page(people.editor, app)
    await use(people.editor, app)
    assert await serving(app) == OLD
    assert "9 provfrågor om fara känns igen nu men inte med den här modellen." in shown
    assert all(question in shown for question in LOST)
    assert "En fråga om fara känns bara igen med den här modellen" in shown
    assert WON in shown
    reason = "9 frågor skulle inte längre kännas igen, och en annan skulle kännas igen i stället."
    assert reason in shown
    assert f"Det gäller ” {LOST[0]} ”" in shown


async def test_danger_that_changes_places_stops_nothing(
    app: FastAPI, people: People, action_server: httpx.AsyncClient
) -> None:
    found = examination(
        measured(recall=0.96, missed=LOST), measured(missed=[WON, "Hon andas inte", "Han är medvetslös"])
    )
    await train(people.editor.client, action_server, model(NEW), found=found)
    assert "9 provfrågor om fara" in await page(people.editor, app)
    await use(people.editor, app)
    assert await serving(app) == NEW


async def test_small_steps_do_not_lead_away_from_the_best_model_on_the_same_questions(
    app: FastAPI, people: People, action_server: httpx.AsyncClient
) -> None:
    versions = [f"dddd0000000{number}" for number in range(3)]
    recalls = [0.97, 0.96, 0.95, 0.94]
    for version, before, now in zip(versions, recalls[:-1], recalls[1:], strict=True):
        found = examination(measured(recall=now), measured(recall=before))
        await train(people.editor.client, action_server, model(version), found=found)
        await use(people.editor, app, version)
    assert await serving(app) == versions[1]
    shown = await page(people.editor, app, versions[2])
    assert "Den bästa modellen som har använts kände igen 97,0 procent." in shown
    # Of other questions than those, it may be right to recognise fewer.
    found = examination(measured(recall=0.94), measured(recall=0.95))
    for part in ("candidate", "serving"):
        found[part]["urgent"]["version"] = "another"
    await train(people.editor.client, action_server, model(OTHER), found=found)
    await use(people.editor, app, OTHER)
    assert await serving(app) == OTHER


async def test_a_model_that_was_never_in_use_is_no_measure_of_others(
    app: FastAPI, people: People, action_server: httpx.AsyncClient
) -> None:
    best = examination(measured(recall=1.0), measured())
    await train(people.editor.client, action_server, model(OTHER), found=best)
    await train(people.editor.client, action_server, model(NEW), found=examination(measured(recall=0.96), measured()))
    await use(people.editor, app, NEW)
    assert await serving(app) == NEW


async def test_what_is_measured_on_the_same_questions_counts_more_than_what_the_trainings_say(
    app: FastAPI, people: People, action_server: httpx.AsyncClient
) -> None:
    await train(people.editor.client, action_server, model(NEW, right=0.4), found=examination(measured(), measured()))
    await use(people.editor, app)
    assert await serving(app) == NEW


async def test_a_model_is_compared_with_what_the_one_in_use_was_when_it_was_new_if_they_have_not_met(
    app: FastAPI, people: People, action_server: httpx.AsyncClient
) -> None:
    await train(people.editor.client, action_server, model(NEW), found=examination(measured(), measured()))
    worse = examination(measured(coverage=0.5), measured(coverage=0.5), right=0.7)
    await train(people.editor.client, action_server, model(OTHER), found=worse)
    # Beside the one that was in use then it is no worse; beside the one that is in use now it is.
    await use(people.editor, app, NEW)
    shown = await page(people.editor, app, OTHER)
    assert "Modellen som används nu har inte fått samma provfrågor." in shown
    await use(people.editor, app, OTHER)
    assert await serving(app) == NEW
    shown = await page(people.editor, app, OTHER)
    assert "Boten skulle känna igen 70,0 procent av frågorna i ämnena utan att ha tränat på dem, mot 80,0" in shown
    assert "Boten skulle kunna svara på 50,0 procent av frågorna" in shown


async def test_questions_that_are_no_longer_understood_stop_a_model_and_are_named_on_the_page_alone(
    app: FastAPI, people: People, action_server: httpx.AsyncClient, sessions: SessionFactory
) -> None:
    texts = ["Kontrollfråga ett", "Kontrollfråga två", "Kontrollfråga tre", "Kontrollfråga fyra", "Gammal svårighet"]
    *lost, old = await add_regression(sessions, *texts)
    failed = [decided(each, "clarify") for each in (*lost, old, str(uuid4()))]
    beside = measured(failed=[decided(old, "handover", None)])
    await train(people.editor.client, action_server, model(NEW), found=examination(measured(failed=failed), beside))
    await use(people.editor, app)
    assert await serving(app) == OLD
    shown = await page(people.editor, app)
    assert "Boten skulle inte längre förstå 4 kontrollfrågor. Det gäller ” Kontrollfråga ett ”" in shown
    assert "och 1 till" in shown
    assert shown.count("Förstås av den som används") == 4
    assert "Hör till Behöver jag bygglov för en altan? Med den här modellen: Frågar vilket ämne som menas" in shown
    (refused,) = await audited(app, "bot_model_refused")
    assert refused["reasons"] == ["Boten skulle inte längre förstå 4 kontrollfrågor."]


async def test_what_the_model_in_use_does_not_understand_either_stops_nothing(
    app: FastAPI, people: People, action_server: httpx.AsyncClient, sessions: SessionFactory
) -> None:
    (old,) = await add_regression(sessions, "Gammal svårighet")
    both = measured(failed=[decided(old, "clarify")])
    await train(people.editor.client, action_server, model(NEW), found=examination(both, both))
    shown = await page(people.editor, app)
    assert "Modellen förstår inte 1 av 3 kontrollfrågor" in shown
    assert "Förstås av den som används" not in shown
    await use(people.editor, app)
    assert await serving(app) == NEW


async def test_a_model_without_a_topic_that_has_been_retired_is_no_worse_for_it(
    app: FastAPI, people: People, action_server: httpx.AsyncClient, sessions: SessionFactory
) -> None:
    await train(people.editor.client, action_server, model(NEW, topics=["radon", "unsure"]))
    assert "Modellen känner inte igen ämnen som boten kan nu: bygglov-altan." in await page(people.editor, app)
    async with transaction(sessions) as session:
        by = (await session.scalars(select(Staff.id).where(Staff.username == "editor"))).one()
        at = FakeClock.START
        await session.execute(
            update(Topic).where(Topic.id == "bygglov-altan").values(retired_at=at, edited_at=at, edited_by=by)
        )
    assert "känner inte igen ämnen" not in await page(people.editor, app)
    await use(people.editor, app)
    assert await serving(app) == NEW


async def test_the_questions_that_would_be_met_in_another_way_are_shown_for_as_long_as_editors_may_read_them(
    app: FastAPI,
    people: People,
    bot: FakeBot,
    action_server: httpx.AsyncClient,
    sessions: SessionFactory,
) -> None:
    first, same, second, secret, dangerous = [
        await ask(people, bot, text)
        for text in (QUESTION, "Hur mäter man radon?", QUESTION, "Min hemliga fråga", "Det luktar rök")
    ]
    ids = [first[1], same[1], second[1], secret[1], dangerous[1], str(uuid4())]
    was = [decided(each) for each in ids]
    becomes = [
        decided(ids[0], "guide", "bygglov-altan"),
        decided(ids[1]),
        decided(ids[2], "guide", "bygglov-altan"),
        decided(ids[3], "clarify"),
        decided(ids[4], "urgent", "akut-fara"),
        decided(ids[5], "clarify"),
    ]
    found = examination(measured(asked=becomes), measured(asked=was))
    await train(people.editor.client, action_server, model(NEW), found=found)
    async with transaction(sessions) as session:
        await session.merge(AnswerGroup(id="social", name="Socialtjänst"))
    reference = await secret[0].queue_up()
    await people.lead.client.put(f"/api/cases/{reference}/secrecy", json={"secrecy_classes": ["social"]})
    shown = await page(people.editor, app)
    assert "6 frågor har ställts till båda modellerna. 5 skulle bemötas på ett annat sätt än nu." in shown
    assert f"{QUESTION} 2 gånger" in shown
    told = "Nu: Svarar: ”Hur mäter jag radon?” Med den här modellen: Vägleder: ”Behöver jag bygglov för en altan?”"
    assert told in shown
    assert "3 frågor visas inte" in shown
    for text in ("Min hemliga fråga", "Det luktar rök", "Hur mäter man radon?"):
        assert text not in shown
    async with transaction(sessions) as session:
        gone = [resident.uuid for resident, _ in (first, second)]
        await session.execute(delete(Message).where(Message.conversation_id.in_(gone)))
    assert QUESTION not in await page(people.editor, app)


async def test_topics_that_are_mixed_up_are_listed_with_the_phrases_that_do_it(
    app: FastAPI, people: People, action_server: httpx.AsyncClient
) -> None:
    await train(people.editor.client, action_server, model(NEW))
    response = await people.editor.client.get(f"{PATH}/{await id_of(app, NEW)}", headers=HTML)
    for address in ("/redaktion/amnen/radon", "/redaktion/amnen/bygglov-altan"):
        assert f'href="{address}"' in response.text
    shown = await page(people.editor, app)
    assert "Hur mäter jag radon? togs för Behöver jag bygglov för en altan? 4 gånger" in shown
    assert "” får jag bygga om källaren ” liknar ” får jag bygga en altan ”" in shown


async def test_the_curve_is_drawn_and_told_in_figures(
    app: FastAPI, people: People, action_server: httpx.AsyncClient
) -> None:
    found = examination(measured(), measured(coverage=0.5))
    await train(people.editor.client, action_server, model(NEW), found=found)
    text = (await people.editor.client.get(f"{PATH}/{await id_of(app, NEW)}", headers=HTML)).text
    assert text.count('<polyline class="picture__line') == 2
    assert 'points="8,232' in text
    assert "style=" not in text
    shown = await page(people.editor, app)
    assert "Gränsen, 2,0 procent fel" in shown
    assert "65,0 procent 2,0 procent" in shown
    # The model in use has nothing to be compared with, and all its figures.
    await use(people.editor, app)
    shown = await page(people.editor, app)
    assert "Så bra är modellen" in shown
    assert "Sämre" not in shown


async def test_a_model_whose_file_has_gone_keeps_its_figures(
    app: FastAPI, people: People, action_server: httpx.AsyncClient, settings: Settings
) -> None:
    await train(people.editor.client, action_server, model(NEW))
    remove(settings, NEW)
    shown = await page(people.editor, app)
    assert "Modellens fil finns inte kvar, så den går inte att använda." in shown
    assert "Känner igen fara" in shown
