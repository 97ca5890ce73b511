"""Which models keep their files when there are many."""

from pathlib import Path
from uuid import uuid4

import httpx
import pytest
from environment import settings_for
from fakes import FakeClock
from fastapi import FastAPI
from model_archives import Bot, checksum, model
from people import People
from studio_models import HTML, PATH, id_of, serving, states_of, train

from handover_api.settings import Settings


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    return settings_for(database_url, MODELS_FOLDER=str(tmp_path / "models"), MODELS_KEPT="2")


def kept(settings: Settings, versions: list[str]) -> list[str]:
    names = {path.name for path in Path(settings.models_folder).iterdir()}
    return [version for version in versions if f"{checksum(model(version))}.tar.gz" in names]


async def use(people: People, app: FastAPI, version: str) -> None:
    response = await people.editor.client.post(f"{PATH}/{await id_of(app, version)}/anvand", headers=HTML)
    assert response.status_code == 303, response.text
    assert await serving(app) == version


async def test_the_newest_and_what_has_been_used_lately_keep_their_files_and_all_their_figures(
    app: FastAPI, people: People, action_server: httpx.AsyncClient, settings: Settings, clock: FakeClock
) -> None:
    versions = [f"{number:012}" for number in range(6)]
    await Bot(action_server, str(uuid4())).start_with(model(versions[0]))
    for version in versions[1:5]:
        clock.advance(minutes=1)
        await train(people.editor.client, action_server, model(version))
        if version == versions[1]:
            await use(people, app, version)
    # The first was in use until the second took over, and the second still is.
    assert kept(settings, versions) == [versions[0], versions[1], versions[3], versions[4]]
    assert set(await states_of(app)) == set(versions[:5])
    page = await people.editor.client.get(f"{PATH}/{await id_of(app, versions[2])}", headers=HTML)
    assert "Modellens fil finns inte kvar" in page.text
    refused = await people.editor.client.post(f"{PATH}/{await id_of(app, versions[2])}/anvand", headers=HTML)
    assert refused.status_code == 409
    clock.advance(days=91)
    # A new version of the program brings one of its own.
    sent = await action_server.put("/internal/models/starting", content=model(versions[5]))
    assert sent.status_code == 201
    assert kept(settings, versions) == [versions[1], versions[4], versions[5]]


async def test_a_model_on_a_trial_run_keeps_its_file(
    app: FastAPI, people: People, action_server: httpx.AsyncClient, settings: Settings, clock: FakeClock
) -> None:
    versions = [f"{number:012}" for number in range(4)]
    await Bot(action_server, str(uuid4())).start_with(model(versions[0]))
    await train(people.editor.client, action_server, model(versions[1]))
    begun = await people.editor.client.post(f"{PATH}/{await id_of(app, versions[1])}/provkor", headers=HTML)
    assert begun.status_code == 303
    for version in versions[2:]:
        clock.advance(hours=1)
        await train(people.editor.client, action_server, model(version))
    assert kept(settings, versions) == versions
