"""The bot's models, as an editor without a technician at hand sees them: train, compare, take into use, go back."""

import re
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path

import httpx
import pytest
from checking_client import PATIENCE_SECONDS, CheckingClient
from keyboard import press_tab_until
from pictures import take_pictures
from playwright.async_api import expect
from running_service import INTERNAL_TOKEN, RunningService, settings_for
from test_accessibility import assert_fits
from test_question_studio import QUESTION, ask, open_group
from visitor import Visitor, Visitors

from tests.service.examinations import Json, decided, examination, measured, send
from tests.service.model_archives import checksum, model

PATH = "/redaktion/modeller"
OLD, NEW, WORSE = "aaaa00000001", "bbbb00000002", "cccc00000003"
LOST_DANGER = [f"Det brinner hos grannen på {floor} våningen" for floor in ("första", "andra", "tredje", "fjärde")]
STEP = "Tränar boten"
PROBLEM = "Ämnet ”Behöver jag bygglov för att bygga en altan?” har bara 2 frågor att lära sig av. Det behövs minst 5."


class Machinery:
    """The bot and its trainer, as the service sees them."""

    def __init__(self, internal: httpx.AsyncClient) -> None:
        self._internal = internal

    async def bot_answers_with(self, archive: bytes) -> None:
        headers = {"If-None-Match": f'"{checksum(archive)}"', "X-Bot-Process": "0190aaaa-0000-7000-8000-000000000001"}
        await self._internal.get("/internal/models/serving", headers=headers)

    async def bot_starts(self) -> None:
        assert (await self._internal.put("/internal/models/starting", content=model(OLD))).status_code == 201
        await self.bot_answers_with(model(OLD))

    async def take(self) -> str:
        return str((await self._internal.post("/internal/trainings/next")).json()["id"])

    async def progress(self, run: str) -> None:
        await self._internal.post(f"/internal/trainings/{run}/progress", json={"step": STEP})

    async def finish(self, run: str, archive: bytes, found: Json | None = None) -> None:
        assert (await send(self._internal, run, found)).status_code == 204
        assert (await self._internal.put(f"/internal/trainings/{run}/model", content=archive)).status_code == 201

    async def examine(self, run: str) -> Json:
        """A model that is worse, and would ask back about all that residents have asked."""
        given = (await self._internal.get(f"/internal/trainings/{run}/questions")).json()
        asked = [each["id"] for each in given["asked"]]
        failed = [decided(each["id"], "handover", None) for each in given["regression"]]
        return examination(
            measured(
                right=0.41,
                coverage=0.4,
                missed=["Taket har rasat in", *LOST_DANGER],
                failed=failed,
                asked=[decided(each, "clarify") for each in asked],
            ),
            measured(missed=["Taket har rasat in", "Hon andas inte"], asked=[decided(each) for each in asked]),
        )

    async def fail(self, run: str) -> None:
        problems = [{"text": PROBLEM, "topic": "bygglov-altan"}]
        await self._internal.post(f"/internal/trainings/{run}/failed", json={"problems": problems})


@pytest.fixture
def service(database_url: str, tmp_path: Path) -> Iterator[RunningService]:
    service = RunningService(settings_for(database_url, MODELS_FOLDER=str(tmp_path / "models")))
    service.start()
    yield service
    service.stop()


@pytest.fixture
async def machinery(service: RunningService) -> AsyncIterator[Machinery]:
    headers = {"Authorization": f"Bearer {INTERNAL_TOKEN}"}
    async with httpx.AsyncClient(
        base_url=service.url, headers=headers, timeout=PATIENCE_SECONDS, trust_env=False
    ) as internal:
        machinery = Machinery(internal)
        await machinery.bot_starts()
        yield machinery


@pytest.fixture
async def editor(visitors: Visitors) -> Visitor:
    return await visitors.agent("redaktor")


@pytest.fixture
async def lead(visitors: Visitors) -> Visitor:
    return await visitors.agent("teamledare")


async def train(editor: Visitor, machinery: Machinery, archive: bytes) -> None:
    await editor.page.goto(PATH)
    await editor.button("Träna en ny modell").click()
    await expect(editor.button("Avbryt träningen")).to_be_visible()
    await machinery.finish(await machinery.take(), archive)
    await expect(editor.button("Träna en ny modell")).to_be_visible()


async def test_a_model_is_trained_and_taken_into_use_while_the_page_tells_how_it_goes(
    editor: Visitor, machinery: Machinery
) -> None:
    page = editor.page
    await page.goto(PATH)
    await expect(page.get_by_text(f"Modell {OLD} sedan")).to_be_visible()
    await expect(page.get_by_text("Boten svarar med den.")).to_be_visible()
    await editor.button("Träna en ny modell").click()
    run = await machinery.take()
    await machinery.progress(run)
    await expect(page.get_by_text(f"Pågår: {STEP}", exact=True).first).to_be_visible()
    await expect(page.get_by_role("progressbar", name="Hur långt träningen har kommit")).to_be_visible()
    await expect(page.locator("[data-models-announcer]")).to_have_text(f"Pågår: {STEP}")
    await editor.button("Avbryt träningen").focus()
    await machinery.progress(run)
    await machinery.finish(run, model(NEW))
    await expect(page.get_by_text("Senaste träningen: klar.").first).to_be_visible()
    # The button is gone; whoever stood on it is where it was, and not at the top of the page.
    await expect(page.locator("#traning")).to_be_focused()
    await page.get_by_role("button", name=f"Ta i bruk modell {NEW}").click()
    await expect(page.get_by_text(f"Modell {NEW} sedan")).to_be_visible()
    await expect(page.get_by_text("Boten byter till den nu. 0 av 1 processer har bytt.")).to_be_visible()
    await machinery.bot_answers_with(model(NEW))
    await expect(page.get_by_text("Boten svarar med den.")).to_be_visible()
    await page.get_by_role("button", name=f"Gå tillbaka till den här modell {OLD}").click()
    await expect(page.get_by_text(f"Modell {OLD} sedan")).to_be_visible()


async def test_a_worse_model_is_stopped_and_a_lead_decides(
    editor: Visitor, lead: Visitor, machinery: Machinery
) -> None:
    await train(editor, machinery, model(WORSE, right=0.41))
    await editor.page.get_by_role("button", name=f"Ta i bruk modell {WORSE}").click()
    await expect(editor.page.get_by_role("status")).to_contain_text("Boten svarar som förut.")
    await expect(editor.page.get_by_text("41,0 procent av frågorna, mot 60,0 procent nu")).to_be_visible()
    await expect(editor.button("Ta i bruk ändå")).to_have_count(0)
    await lead.page.goto(PATH)
    await lead.page.get_by_role("link", name="Se varför").click()
    await lead.button("Ta i bruk ändå").click()
    await expect(lead.page.get_by_role("alert")).to_contain_text("Skriv varför")
    await lead.page.get_by_label("Varför ska den tas i bruk ändå?").fill("Vi har lagt ner ett ämne.")
    await lead.button("Ta i bruk ändå").click()
    await expect(lead.page.get_by_text(f"Modell {WORSE} sedan")).to_be_visible()
    await expect(lead.page.get_by_text("Vi har lagt ner ett ämne.")).to_be_visible()


async def trained_worse(editor: Visitor, visitors: Visitors, machinery: Machinery) -> None:
    """A resident has asked something, an editor has said what it is about, and the new model does not understand it."""
    await ask(visitors, QUESTION)
    await open_group(editor)
    await editor.button("Spara frasen och kontrollfrågan").click()
    await expect(editor.page.get_by_role("status")).to_contain_text("Frågorna hör nu till ämnet.")
    await editor.page.goto(PATH)
    await editor.button("Träna en ny modell").click()
    await expect(editor.button("Avbryt träningen")).to_be_visible()
    run = await machinery.take()
    await machinery.finish(run, model(WORSE), await machinery.examine(run))
    await editor.page.get_by_role("link", name=f"Modell {WORSE}", exact=True).click()
    await expect(editor.page.get_by_role("heading", name=f"Modell {WORSE}")).to_be_visible()


async def test_the_page_of_a_model_says_what_it_would_do_worse_and_why(
    editor: Visitor, visitors: Visitors, machinery: Machinery
) -> None:
    await trained_worse(editor, visitors, machinery)
    page = editor.page
    await expect(page.get_by_text("41,0 procent av frågorna, mot 60,0 procent nu")).to_be_visible()
    await expect(page.get_by_text("Boten skulle inte längre förstå en kontrollfråga.")).to_be_visible()
    measures = page.get_by_role("region", name="Jämfört med modellen som används")
    worse = measures.get_by_role("listitem").filter(has_text="Svarar rätt själv")
    await expect(worse).to_contain_text("Används nu: 60,0 procent")
    await expect(worse).to_contain_text("Sämre än gränsen")
    await expect(page.get_by_role("img", name="Andel fel svar")).to_be_visible()
    danger = page.get_by_role("region", name="Frågor om fara")
    await expect(danger).to_contain_text("4 provfrågor om fara känns igen nu men inte med den här modellen.")
    await expect(danger).to_contain_text(LOST_DANGER[0])
    await expect(danger.get_by_text("En fråga om fara känns bara igen med den här modellen")).to_be_visible()
    changed = page.get_by_role("region", name="Invånarnas senaste frågor")
    await expect(changed).to_contain_text("1 fråga har ställts till båda modellerna. 1 skulle bemötas")
    await expect(changed).to_contain_text(QUESTION)
    # By keyboard to what the picture says, and on to a topic that is mixed up with another.
    await press_tab_until(page, page.get_by_text("Kurvan i siffror"))
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("rowheader", name="40,0 procent")).to_be_visible()
    await press_tab_until(page, page.get_by_role("region", name="Ämnen som förväxlas").get_by_role("link").first)
    await page.keyboard.press("Enter")
    await expect(page).to_have_url(re.compile("/redaktion/amnen/radon$"))


async def test_a_model_is_trained_and_taken_into_use_with_a_keyboard(editor: Visitor, machinery: Machinery) -> None:
    page = editor.page
    await page.goto(PATH)
    await press_tab_until(page, editor.button("Träna en ny modell"))
    await page.keyboard.press("Enter")
    await expect(editor.button("Avbryt träningen")).to_be_visible()
    await machinery.finish(await machinery.take(), model(NEW))
    await press_tab_until(page, page.get_by_role("button", name=f"Ta i bruk modell {NEW}"))
    await page.keyboard.press("Enter")
    await expect(page.get_by_text(f"Modell {NEW} sedan")).to_be_visible()


async def test_the_models_are_kept_without_a_script(
    service: RunningService, passwords: dict[str, str], machinery: Machinery
) -> None:
    async with CheckingClient(service.url) as editor:
        await editor.sign_in("redaktor", passwords["redaktor"])
        page = await editor.post(f"{PATH}/trana")
        assert "Väntar på att börja" in page.text
        run = await machinery.take()
        await machinery.progress(run)
        assert f"Pågår: {STEP}" in (await editor.get(PATH)).text
        await machinery.finish(run, model(NEW))
        page = await editor.get(PATH)
        action = next(
            form.get("action") or "" for form in page.tree.iter("form") if "anvand" in (form.get("action") or "")
        )
        page = await editor.post(action)
        assert f"Modell {NEW} sedan" in page.text
        assert "Så bra är modellen" in (await editor.get(action.removesuffix("/anvand"))).text
        page = await editor.post(f"{PATH}/trana")
        page = await editor.post(f"{PATH}/trana")
        assert "En träning pågår redan." in page.text


async def an_examined_model(editor: Visitor, visitors: Visitors, machinery: Machinery) -> Visitor:
    await trained_worse(editor, visitors, machinery)
    await editor.page.get_by_text("Kurvan i siffror").click()
    return editor


async def models_over_time(editor: Visitor, _: Visitors, machinery: Machinery) -> Visitor:
    for version, right in ((NEW, 0.63), (WORSE, 0.41)):
        await train(editor, machinery, model(version, right=right))
    await editor.page.reload()
    await editor.page.get_by_text("Modellerna i siffror").click()
    await expect(editor.page.get_by_role("img", name="Svarar fel")).to_be_visible()
    return editor


async def models_before_any(editor: Visitor, _: Visitors, __: Machinery) -> Visitor:
    await editor.page.goto(PATH)
    return editor


async def models_with_a_training(editor: Visitor, _: Visitors, machinery: Machinery) -> Visitor:
    await train(editor, machinery, model(NEW))
    await editor.button("Träna en ny modell").click()
    await machinery.progress(await machinery.take())
    await expect(editor.page.get_by_role("progressbar")).to_be_visible()
    return editor


async def models_with_a_failed_training(editor: Visitor, _: Visitors, machinery: Machinery) -> Visitor:
    await editor.page.goto(PATH)
    await editor.button("Träna en ny modell").click()
    await machinery.fail(await machinery.take())
    await expect(editor.page.get_by_text(PROBLEM)).to_be_visible()
    return editor


async def one_model(editor: Visitor, _: Visitors, machinery: Machinery) -> Visitor:
    await train(editor, machinery, model(NEW))
    await editor.page.get_by_role("link", name=f"Modell {NEW}").click()
    await expect(editor.button("Ta i bruk")).to_be_visible()
    return editor


async def a_stopped_model(editor: Visitor, visitors: Visitors, machinery: Machinery) -> Visitor:
    lead = await visitors.agent("teamledare")
    await train(editor, machinery, model(WORSE, right=0.41))
    await lead.page.goto(PATH)
    await lead.page.get_by_role("button", name=f"Ta i bruk modell {WORSE}").click()
    await lead.button("Ta i bruk ändå").click()
    await expect(lead.page.get_by_role("alert")).to_be_visible()
    return lead


State = Callable[[Visitor, Visitors, Machinery], Awaitable[Visitor]]
STATES: list[State] = [
    models_before_any,
    models_with_a_training,
    models_with_a_failed_training,
    one_model,
    a_stopped_model,
    an_examined_model,
    models_over_time,
]


@pytest.mark.parametrize("reach", STATES, ids=lambda reach: reach.__name__)
async def test_every_state_of_the_models_is_accessible(
    reach: State, editor: Visitor, visitors: Visitors, machinery: Machinery
) -> None:
    visitor = await reach(editor, visitors, machinery)
    await take_pictures(visitor, reach.__name__)
    await assert_fits(visitor)
