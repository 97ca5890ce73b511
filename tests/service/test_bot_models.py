"""Which model the bot answers with: the model server, the gate, going back, and who may do it."""

import asyncio
import os
import random
from pathlib import Path
from uuid import uuid4

import httpx
import pytest
from fakes import FakeClock
from fastapi import FastAPI
from model_archives import OLD, Bot, archive_of, checksum, described, model
from people import People, a_personal_number, assert_problem
from studio_models import HTML, PATH, audited, events_of, id_of, page_of, serving, states_of, train

from handover_api.problems import MAX_BODY_BYTES
from handover_api.settings import Settings

NEW, WORSE, OTHER = "bbbb00000002", "cccc00000003", "dddd00000004"


def files(settings: Settings) -> list[str]:
    return [path.name for path in Path(settings.models_folder).iterdir()]


def leave_behind(settings: Settings, name: str, *, age_seconds: float) -> None:
    path = Path(settings.models_folder, name)
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(b"half a model")
    at = path.stat().st_mtime - age_seconds
    os.utime(path, (at, at))


def remove(settings: Settings, sha256: str) -> None:
    Path(settings.models_folder, f"{sha256}.tar.gz").unlink()


async def use(people: People, app: FastAPI, version: str, **form: str) -> httpx.Response:
    return await people.lead.client.post(f"{PATH}/{await id_of(app, version)}/anvand", data=form, headers=HTML)


async def test_the_first_model_of_all_is_the_one_that_the_bot_has_started_with(app: FastAPI, bot_process: Bot) -> None:
    assert await serving(app) == OLD
    assert (await bot_process.pull()).status_code == 304


async def test_rasas_own_way_of_asking_is_answered_as_rasa_expects(
    app: FastAPI, action_server: httpx.AsyncClient, bot_process: Bot
) -> None:
    nothing_yet = {"If-None-Match": uuid4().hex}
    response = await action_server.get("/internal/models/serving", headers=nothing_yet)
    assert response.status_code == 200
    assert checksum(response.content) == bot_process.has
    assert response.headers["filename"].endswith(".tar.gz")
    # What it is sent back with the next question, letter by letter.
    again = await action_server.get("/internal/models/serving", headers={"If-None-Match": response.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert await serving(app) == OLD


async def test_a_model_may_be_larger_than_anything_else_that_is_sent(
    app: FastAPI, action_server: httpx.AsyncClient
) -> None:
    large = archive_of(described(OLD), numbers=random.Random(1).randbytes(3 * MAX_BODY_BYTES))  # noqa: S311 - only bytes
    await Bot(action_server, str(uuid4())).start_with(large)
    assert await serving(app) == OLD
    assert (await action_server.get("/internal/models/serving")).content == large
    too_much = await action_server.post("/internal/trainings/next", content=large)
    assert_problem(too_much, 413, "too_large")


async def test_without_a_model_rasa_is_told_so(action_server: httpx.AsyncClient) -> None:
    assert_problem(await action_server.get("/internal/models/serving"), 404, "model_missing")


async def test_a_model_that_is_promoted_is_what_every_process_gets(
    app: FastAPI, people: People, action_server: httpx.AsyncClient, bot_process: Bot
) -> None:
    other = Bot(action_server, str(uuid4()))
    await other.start_with(model(OLD))
    for process in (bot_process, other):
        await process.pull()
    new = model(NEW)
    await train(people.editor.client, action_server, new)
    assert await states_of(app) == {OLD: "serving", NEW: "candidate"}
    assert (await people.editor.client.post(f"{PATH}/{await id_of(app, NEW)}/anvand", headers=HTML)).status_code == 303
    assert await states_of(app) == {OLD: "retired", NEW: "serving"}
    await bot_process.pull()
    assert bot_process.has == checksum(new)
    assert "Boten byter till den nu. 0 av 2 processer har bytt." in await page_of(people.editor.client)
    for process in (bot_process, other):
        await process.pull()
        await process.pull()
    assert "Boten svarar med den." in await page_of(people.editor.client)
    assert await events_of(app) == [(OLD, "stored"), (OLD, "promoted"), (NEW, "stored"), (NEW, "promoted")]
    assert [each["overridden"] for each in await audited(app, "bot_model_promoted")] == [[], []]


async def test_an_earlier_model_is_brought_back(
    app: FastAPI, people: People, action_server: httpx.AsyncClient, bot_process: Bot
) -> None:
    await train(people.editor.client, action_server, model(NEW))
    await use(people, app, NEW)
    await bot_process.pull()
    await use(people, app, OLD)
    assert await states_of(app) == {OLD: "serving", NEW: "retired"}
    await bot_process.pull()
    assert bot_process.has == checksum(model(OLD))
    assert (await events_of(app))[-1] == (OLD, "rolled_back")


async def test_a_worse_model_is_refused_with_the_reasons(
    app: FastAPI, people: People, action_server: httpx.AsyncClient, bot_process: Bot
) -> None:
    await train(people.editor.client, action_server, model(WORSE, right=0.4, topics=["radon", "unsure"]))
    address = f"{PATH}/{await id_of(app, WORSE)}"
    answer = await people.editor.client.post(f"{address}/anvand", headers=HTML)
    assert (answer.status_code, answer.headers["location"]) == (303, f"{address}?stoppad=1")
    assert await states_of(app) == {OLD: "serving", WORSE: "refused"}
    assert (await bot_process.pull()).status_code == 304
    page = await page_of(people.editor.client, f"{address}?stoppad=1")
    assert "40,0 procent av frågorna, mot 60,0 procent nu" in page
    assert "Modellen känner inte igen ämnen som boten kan nu: bygglov-altan." in page
    assert "Ta i bruk ändå" not in page
    assert len(await audited(app, "bot_model_refused")) == 1


async def test_a_lead_goes_past_the_gate_with_a_reason_that_is_kept(
    app: FastAPI, people: People, action_server: httpx.AsyncClient, bot_process: Bot
) -> None:
    await train(people.editor.client, action_server, model(WORSE, right=0.4))
    assert "Ta i bruk ändå" in await page_of(people.lead.client, f"{PATH}/{await id_of(app, WORSE)}")
    without = await use(people, app, WORSE, trots="1", anledning=" ")
    assert without.status_code == 422
    assert "Skriv varför modellen ska tas i bruk ändå." in without.text
    assert await serving(app) == OLD
    too_long = await use(people, app, WORSE, trots="1", anledning="Ämnet är nedlagt. " * 100)
    assert too_long.status_code == 422
    assert "högst 500 tecken" in too_long.text
    reason = f"Ämnet är nedlagt, se {a_personal_number()}."
    assert (await use(people, app, WORSE, trots="1", anledning=reason)).status_code == 303
    assert await serving(app) == WORSE
    details = (await audited(app, "bot_model_promoted"))[-1]
    assert details["reason"].startswith("Ämnet är nedlagt, se ")
    assert a_personal_number() not in details["reason"]
    assert len(details["overridden"]) == 1
    assert (await bot_process.pull()).status_code == 200


async def test_an_editor_does_not_go_past_the_gate(
    app: FastAPI, people: People, action_server: httpx.AsyncClient, bot_process: Bot
) -> None:
    assert bot_process.has
    await train(people.editor.client, action_server, model(WORSE, right=0.4))
    address = f"{PATH}/{await id_of(app, WORSE)}/anvand"
    await people.editor.client.post(address, data={"trots": "1", "anledning": "Jag vill."}, headers=HTML)
    assert await states_of(app) == {OLD: "serving", WORSE: "refused"}


async def test_of_two_who_promote_at_the_same_moment_one_is_last_and_one_model_serves(
    app: FastAPI, people: People, action_server: httpx.AsyncClient, bot_process: Bot
) -> None:
    assert bot_process.has
    for version in (NEW, OTHER):
        await train(people.editor.client, action_server, model(version))
    answers = await asyncio.gather(use(people, app, NEW), use(people, app, OTHER), use(people, app, NEW))
    assert {answer.status_code for answer in answers} == {303}
    assert sorted((await states_of(app)).values()) == ["retired", "retired", "serving"]


async def test_a_newer_model_that_comes_with_the_program_follows_the_one_before(
    app: FastAPI, action_server: httpx.AsyncClient, bot_process: Bot
) -> None:
    assert bot_process.has
    await Bot(action_server, str(uuid4())).start_with(model(NEW))
    assert await states_of(app) == {OLD: "retired", NEW: "serving"}
    # A process that is started once more with what is known already sends nothing, and the model follows all the same.
    told = await action_server.post("/internal/models/starting", json={"sha256": checksum(model(OLD))})
    assert told.json() == {"is_wanted": False, "is_used": True}
    assert await serving(app) == OLD


async def test_what_a_person_has_chosen_stays_when_the_bot_starts_anew(
    app: FastAPI, people: People, action_server: httpx.AsyncClient, bot_process: Bot
) -> None:
    await train(people.editor.client, action_server, model(NEW))
    await use(people, app, NEW)
    await bot_process.start_with(model(OLD))
    assert await serving(app) == NEW
    await use(people, app, OLD)
    told = await action_server.post("/internal/models/starting", json={"sha256": checksum(model(OTHER))})
    assert told.json() == {"is_wanted": True, "is_used": False}
    await bot_process.start_with(model(OTHER))
    assert await states_of(app) == {OLD: "serving", NEW: "retired", OTHER: "candidate"}


async def test_a_model_that_the_bot_cannot_load_gives_way_to_the_one_before(
    app: FastAPI, people: People, action_server: httpx.AsyncClient, bot_process: Bot
) -> None:
    await train(people.editor.client, action_server, model(NEW))
    await use(people, app, NEW)
    for _ in range(2):
        # Each process tells of it.
        answer = await action_server.post(f"/internal/models/{checksum(model(NEW))}/not-loaded")
        assert answer.status_code == 204
    assert await states_of(app) == {OLD: "serving", NEW: "refused"}
    assert (await events_of(app))[-2:] == [(OLD, "rolled_back"), (NEW, "not_loaded")]
    assert (await bot_process.pull()).status_code == 304
    assert "Chattboten kunde inte läsa in modellen." in await page_of(people.editor.client)


async def test_the_only_model_of_all_is_kept_even_if_it_cannot_be_loaded(
    app: FastAPI, action_server: httpx.AsyncClient, bot_process: Bot
) -> None:
    await action_server.post(f"/internal/models/{bot_process.has}/not-loaded")
    await action_server.post(f"/internal/models/{'0' * 64}/not-loaded")
    assert await states_of(app) == {OLD: "serving"}


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "archive_empty"),
        (b"no archive at all", "archive_broken"),
        (model()[:-40], "archive_broken"),
        (archive_of({"version": "x"}), "archive_broken"),
        (archive_of(["a", "list"]), "archive_broken"),
        (archive_of({**described(), "topics": None}), "archive_broken"),
    ],
)
async def test_what_is_no_model_is_not_stored(
    app: FastAPI, action_server: httpx.AsyncClient, settings: Settings, content: bytes, code: str
) -> None:
    assert_problem(await action_server.put("/internal/models/starting", content=content), 422, code)
    assert await states_of(app) == {}
    assert files(settings) == []


async def test_what_a_killed_process_had_begun_to_store_is_forgotten(
    action_server: httpx.AsyncClient, settings: Settings
) -> None:
    leave_behind(settings, "killed.part", age_seconds=3700)
    leave_behind(settings, "at-work.part", age_seconds=3500)
    await Bot(action_server, str(uuid4())).start_with(model(OLD))
    assert sorted(files(settings)) == sorted([f"{checksum(model(OLD))}.tar.gz", "at-work.part"])


async def test_a_model_whose_file_is_gone_is_neither_served_nor_promoted(
    app: FastAPI, people: People, action_server: httpx.AsyncClient, settings: Settings, bot_process: Bot
) -> None:
    await train(people.editor.client, action_server, model(NEW))
    remove(settings, checksum(model(NEW)))
    refused = await use(people, app, NEW)
    assert refused.status_code == 409
    assert "Modellens fil finns inte kvar" in refused.text
    remove(settings, bot_process.has)
    assert_problem(await bot_process.pull(), 404, "model_missing")
    # The bot brings it again when it starts.
    await bot_process.start_with(model(OLD))
    assert (await bot_process.pull()).status_code == 304


async def test_processes_that_have_fallen_silent_are_not_counted(
    people: People, bot_process: Bot, clock: FakeClock
) -> None:
    await bot_process.pull()
    assert "Boten svarar med den." in await page_of(people.editor.client)
    clock.advance(seconds=31)
    assert "Ingen bot har frågat efter modellen" in await page_of(people.editor.client)


async def test_only_editors_and_leads_have_the_pages(app: FastAPI, people: People, bot_process: Bot) -> None:
    assert bot_process.has
    one = f"{PATH}/{await id_of(app, OLD)}"
    for member in (people.editor, people.lead):
        for path in (PATH, f"{PATH}/nu", one):
            assert (await member.client.get(path, headers=HTML)).status_code == 200, path
    for member in (people.agent, people.admin):
        for path in (PATH, f"{PATH}/nu", f"{PATH}/handelser", one):
            assert (await member.client.get(path)).status_code == 404, path
        for path in (f"{PATH}/trana", f"{one}/anvand", f"{PATH}/traningar/{uuid4()}/avbryt"):
            assert (await member.client.post(path)).status_code == 404, path
    assert (await people.lead.client.get(f"{PATH}/{uuid4()}", headers=HTML)).status_code == 404
    assert (await people.lead.client.post(f"{PATH}/{uuid4()}/anvand", headers=HTML)).status_code == 404


async def test_the_model_server_exists_for_the_bot_alone(people: People) -> None:
    for client in (people.nobody.client, people.lead.client):
        assert_problem(await client.get("/internal/models/serving"), 404, "not_found")
        assert_problem(await client.put("/internal/models/starting", content=model()), 404, "not_found")
        assert_problem(await client.post("/internal/trainings/next"), 404, "not_found")
