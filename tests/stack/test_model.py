import os
from pathlib import Path

import pytest

from stack.console import Console
from stack.layout import Layout
from stack.model import KEPT_MODELS, Model, current_model, fingerprint, training
from tests.stack.conftest import Heard

FILES = {
    "config.yml": "pipeline: []",
    "domain.yml": "intents: []",
    "data/nlu/bygga-bo.yml": "nlu: []",
    "data/rules/topics.yml": "rules: []",
    "data/topics.tsv": "id\tarea",
    "data/knowledge/bygga-bo/bygglov-altan.md": "En låg altan …",
    "data/calibration/questions.tsv": "topic\tquestion",
    "data/detectors/danger.tsv": "label\ttext",
    "bot/components/topic_classifier.py": "pass",
    "requirements/rasa.txt": "rasa==3.6.21",
}


@pytest.fixture
def content(layout: Layout) -> Path:
    for name, text in FILES.items():
        path = layout.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return layout.root


@pytest.fixture
def trained(layout: Layout, content: Path) -> Model:
    assert content == layout.root
    return train(layout)


def train(layout: Layout) -> Model:
    (layout.models / "spacy_sv").mkdir(exist_ok=True)
    model = current_model(layout)
    model.archive.write_bytes(model.fingerprint.encode())
    model.seal()
    return model


def steps(layout: Layout, console: Console) -> list[str]:
    return [unit.name for unit in training(layout, console, os.environ, current_model(layout))]


@pytest.mark.parametrize("name", FILES)
def test_each_input_changes_the_fingerprint(content: Path, name: str) -> None:
    before = fingerprint(content)
    (content / name).write_text(FILES[name] + " ")
    assert fingerprint(content) != before


def test_a_new_file_changes_the_fingerprint_and_another_does_not(content: Path) -> None:
    before = fingerprint(content)
    (content / "data" / "local_facts.yml").write_text("vaxel: 0980-319 200")
    assert fingerprint(content) == before
    (content / "data" / "nlu" / "skola.yml").write_text("")
    assert fingerprint(content) != before


def test_text_that_looks_like_the_next_file_is_not_taken_for_it(content: Path) -> None:
    before = fingerprint(content)
    (content / "config.yml").write_text(f"{FILES['config.yml']}data/knowledge/bygga-bo/bygglov-altan.mdEn låg altan …")
    (content / "data/knowledge/bygga-bo/bygglov-altan.md").unlink()
    assert fingerprint(content) != before


def test_nothing_is_trained_when_nothing_has_changed(
    layout: Layout, console: Console, heard: Heard, trained: Model
) -> None:
    assert trained.is_usable()
    assert steps(layout, console) == []
    assert heard.getvalue() == ""


def test_changed_content_is_trained(layout: Layout, console: Console, trained: Model, heard: Heard) -> None:
    (layout.root / "data/nlu/bygga-bo.yml").write_text("nlu: [more]")
    assert steps(layout, console) == ["language", "training"]
    assert trained.archive.exists()
    assert heard.getvalue() == ""


def test_a_missing_language_pipeline_is_built_again(layout: Layout, console: Console, trained: Model) -> None:
    (layout.models / "spacy_sv").rmdir()
    assert steps(layout, console) == ["language"]
    assert trained.is_usable()


def test_a_damaged_model_is_said_and_trained_anew(
    layout: Layout, console: Console, heard: Heard, trained: Model
) -> None:
    trained.archive.write_bytes(trained.archive.read_bytes()[:-1])
    assert steps(layout, console) == ["language", "training"]
    said = f"The model models/{trained.archive.name} is damaged (its checksum differs); training it anew.\n"
    assert heard.getvalue() == said


def test_a_lost_model_is_said_and_trained_anew(layout: Layout, console: Console, heard: Heard, trained: Model) -> None:
    trained.archive.unlink()
    assert "training" in steps(layout, console)
    assert heard.getvalue() == f"The model models/{trained.archive.name} is missing; training it anew.\n"


def test_a_model_whose_training_was_cut_off_is_not_trusted(
    layout: Layout, console: Console, heard: Heard, trained: Model
) -> None:
    trained.checksum.unlink()
    assert "training" in steps(layout, console)
    assert "has no checksum (its training was cut off); training it anew." in heard.getvalue()


def test_a_damaged_checksum_does_not_stop_the_start(layout: Layout, console: Console, trained: Model) -> None:
    trained.checksum.write_bytes(b"")
    assert "training" in steps(layout, console)


def test_the_models_used_last_are_kept(layout: Layout, console: Console, content: Path) -> None:
    models = []
    for number in range(KEPT_MODELS + 1):
        (content / "config.yml").write_text(str(number))
        models.append(train(layout))
        os.utime(models[-1].archive, (number, number))
    # Going back to the oldest kept one makes it the newest.
    (content / "config.yml").write_text("1")
    assert steps(layout, console) == []
    (content / "config.yml").write_text("new")
    models.append(train(layout))
    assert [model.archive.exists() for model in models] == [False, True, False, True, True]
    assert [model.checksum.exists() for model in models] == [False, True, False, True, True]
