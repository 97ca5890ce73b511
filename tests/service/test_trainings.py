"""A training, from the button to a model or to the reason why there is none, as editors and the trainer see it."""

import asyncio
import io
import zipfile
from uuid import uuid4

import httpx
import pytest
from content_folder import ContentFolder
from environment import INTERNAL
from fakes import FakeClock
from fastapi import FastAPI
from model_archives import model
from people import PATIENCE_SECONDS, People, assert_problem
from studio_models import HTML, PATH, audited, only_run, page_of, states_of
from timed_work import TimedWork
from watching import Office, open_page, staff_cookie

from handover_api.rules.training import SILENCE

NEW = "bbbb00000002"
STEP = "Tränar boten"


async def ask(client: httpx.AsyncClient) -> httpx.Response:
    return await client.post(f"{PATH}/trana", headers=HTML)


async def take(internal: httpx.AsyncClient) -> str | None:
    response = await internal.post("/internal/trainings/next")
    return str(response.json()["id"]) if response.status_code == 200 else None


async def begun(people: People, internal: httpx.AsyncClient) -> str:
    assert (await ask(people.editor.client)).status_code == 303
    run = await take(internal)
    assert run is not None
    return run


async def goes_on(internal: httpx.AsyncClient, run: str, step: str = STEP) -> bool:
    response = await internal.post(f"/internal/trainings/{run}/progress", json={"step": step})
    assert response.status_code == 200, response.text
    return bool(response.json()["goes_on"])


async def cancel(people: People, run: str) -> None:
    assert (await people.lead.client.post(f"{PATH}/traningar/{run}/avbryt", headers=HTML)).status_code == 303


async def test_nothing_is_done_before_somebody_asks(action_server: httpx.AsyncClient) -> None:
    assert await take(action_server) is None


async def test_a_training_that_is_asked_for_becomes_a_candidate(
    app: FastAPI, people: People, action_server: httpx.AsyncClient, clock: FakeClock
) -> None:
    run = await begun(people, action_server)
    assert await take(action_server) is None
    clock.advance(seconds=60)
    assert await goes_on(action_server, run)
    shown = await page_of(people.editor.client)
    # A quarter of the four minutes that are guessed when nothing is known.
    assert "Pågår: Tränar boten" in shown
    assert "25 procent. Ungefär 3 minuter kvar." in shown
    clock.advance(seconds=30)
    sent = await action_server.put(f"/internal/trainings/{run}/model", content=model(NEW))
    assert sent.status_code == 201
    assert await states_of(app) == {NEW: "candidate"}
    shown = await page_of(people.editor.client)
    assert "Senaste träningen: klar." in shown
    assert "Ta i bruk" in shown
    assert [each["state"] for each in await audited(app, "training_asked")] == ["queued"]
    # The next one is expected to take as long as this one.
    assert await begun(people, action_server) != run
    assert (await only_run(app)).expected_seconds == 90


async def test_one_training_at_a_time(people: People, action_server: httpx.AsyncClient) -> None:
    answers = await asyncio.gather(*(ask(client) for client in (people.editor.client, people.lead.client)))
    assert sorted(answer.status_code for answer in answers) == [303, 409]
    taken = await asyncio.gather(*(take(action_server) for _ in range(4)))
    assert sum(each is not None for each in taken) == 1
    again = await ask(people.editor.client)
    assert again.status_code == 409
    assert "En träning pågår redan." in again.text


async def test_what_is_wrong_is_told_in_words_with_a_way_to_the_topic(
    people: People, action_server: httpx.AsyncClient
) -> None:
    run = await begun(people, action_server)
    problems = [
        {"text": "Ämnet ”Hur mäter jag radon?” har inga frågor att lära sig av.", "topic": "radon"},
        {"text": "<b>En fil</b> går inte att läsa.", "topic": None},
    ]
    assert (
        await action_server.post(f"/internal/trainings/{run}/failed", json={"problems": problems})
    ).status_code == 204
    shown = await page_of(people.editor.client)
    assert "Senaste träningen: misslyckades." in shown
    assert "har inga frågor att lära sig av." in shown
    assert 'href="/redaktion/amnen/radon"' in shown
    assert "<b>En fil" not in shown
    # Something else can be tried at once.
    assert (await ask(people.editor.client)).status_code == 303


async def test_a_training_that_is_cancelled_stops_and_leaves_no_model(
    app: FastAPI, people: People, action_server: httpx.AsyncClient
) -> None:
    run = await begun(people, action_server)
    await cancel(people, run)
    assert "Avbryts" in await page_of(people.editor.client)
    assert not await goes_on(action_server, run)
    assert (await action_server.post(f"/internal/trainings/{run}/stopped")).status_code == 204
    assert "Senaste träningen: avbruten." in await page_of(people.editor.client)
    await cancel(people, run)
    assert (await only_run(app)).state == "cancelled"
    assert len(await audited(app, "training_cancel_asked")) == 1


async def test_a_model_that_comes_after_it_was_cancelled_is_not_taken(
    app: FastAPI, people: People, action_server: httpx.AsyncClient
) -> None:
    run = await begun(people, action_server)
    await cancel(people, run)
    late = await action_server.put(f"/internal/trainings/{run}/model", content=model(NEW))
    assert_problem(late, 409, "training_ended")
    assert (await only_run(app)).state == "cancelled"
    assert await states_of(app) == {}


async def test_one_that_waits_is_cancelled_at_once(
    app: FastAPI, people: People, action_server: httpx.AsyncClient
) -> None:
    await ask(people.editor.client)
    await cancel(people, str((await only_run(app)).id))
    assert await take(action_server) is None
    assert (await only_run(app)).state == "cancelled"


@pytest.mark.parametrize("by", ["the next look for work", "the worker"])
async def test_a_training_whose_trainer_is_gone_has_failed_with_a_sentence(
    people: People,
    action_server: httpx.AsyncClient,
    timed_work: TimedWork,
    clock: FakeClock,
    by: str,
) -> None:
    run = await begun(people, action_server)
    for _ in range(2):
        clock.advance(seconds=SILENCE.total_seconds())
        await timed_work.do("keep_models")
        assert await goes_on(action_server, run)
    clock.advance(seconds=SILENCE.total_seconds() + 1)
    if by == "the worker":
        await timed_work.do("keep_models")
    else:
        assert await take(action_server) is None
    assert "Programmet som tränar boten slutade svara. Träna igen." in await page_of(people.editor.client)
    # The one who was believed gone gives up when it comes back.
    assert not await goes_on(action_server, run)


async def test_a_silent_trainer_is_told_of_while_a_training_waits(
    people: People, action_server: httpx.AsyncClient, clock: FakeClock
) -> None:
    await ask(people.editor.client)
    told = "Programmet som tränar boten svarar inte."
    assert told in await page_of(people.editor.client)
    assert await take(action_server) is not None
    assert told not in await page_of(people.editor.client)
    clock.advance(seconds=SILENCE.total_seconds() + 1)
    assert told in await page_of(people.editor.client)


async def test_a_training_learns_from_what_is_published(
    people: People, action_server: httpx.AsyncClient, published: ContentFolder
) -> None:
    run = await begun(people, action_server)
    response = await action_server.get(f"/internal/trainings/{run}/content")
    assert response.status_code == 200
    with zipfile.ZipFile(io.BytesIO(response.content)) as archive:
        assert archive.read("data/topics.tsv") == published.topics.read_bytes()
        assert "Beställ mätdosor." in archive.read("data/knowledge/miljo-halsa/radon.md").decode()


async def test_with_nothing_published_the_trainers_own_files_stand(
    people: People, action_server: httpx.AsyncClient
) -> None:
    run = await begun(people, action_server)
    assert (await action_server.get(f"/internal/trainings/{run}/content")).status_code == 204
    assert_problem(await action_server.get(f"/internal/trainings/{uuid4()}/content"), 404, "not_found")


async def test_a_training_that_nobody_asked_for_is_given_up(action_server: httpx.AsyncClient) -> None:
    unknown = str(uuid4())
    assert not await goes_on(action_server, unknown)
    sent = await action_server.put(f"/internal/trainings/{unknown}/model", content=model())
    assert_problem(sent, 409, "training_ended")
    assert (await action_server.post(f"/internal/trainings/{unknown}/stopped")).status_code == 204


async def test_an_open_page_follows_the_training(office: Office, staff_sessions: dict[str, str]) -> None:
    cookie = staff_cookie(staff_sessions["editor"])
    async with (
        open_page(office.url, f"{PATH}/handelser", cookie) as shown,
        httpx.AsyncClient(base_url=office.url, cookies=cookie, timeout=PATIENCE_SECONDS, trust_env=False) as editor,
        httpx.AsyncClient(base_url=office.url, headers=INTERNAL, timeout=PATIENCE_SECONDS, trust_env=False) as trainer,
    ):
        await shown.until(lambda event: event.name == "models" and "Träna en ny modell" in event.data)
        assert (await ask(editor)).status_code == 303
        await shown.until(lambda event: "Väntar på att börja" in event.data)
        run = await take(trainer)
        assert run is not None
        assert await goes_on(trainer, run)
        await shown.until(lambda event: f"Pågår: {STEP}" in event.data)
        await trainer.put(f"/internal/trainings/{run}/model", content=model(NEW))
        await shown.until(lambda event: "Senaste träningen: klar." in event.data and "Ta i bruk" in event.data)
