"""The one setting that brings sentence embeddings: what it installs, and what it trains anew."""

import os
import shutil
import sys
from pathlib import Path

import pytest
import yaml

from stack.embeddings import REQUIREMENTS, files_of_sentence_model, sentence_model
from stack.environments import RASA, SERVICE, installation, is_current, stamp, synchronise, write_stamp
from stack.layout import Layout
from stack.model import fingerprint
from tests.stack.conftest import ROOT

CONFIG = (ROOT / "config.yml").read_text(encoding="utf-8")
OFF = "    sentence_embeddings: null\n"


@pytest.fixture
def clone(layout: Layout) -> Layout:
    shutil.copytree(ROOT / "requirements", layout.root / "requirements")
    (layout.root / "config.yml").write_text(CONFIG, encoding="utf-8")
    return layout


def switch_on(layout: Layout, value: str = "sentence-model") -> Path:
    assert CONFIG.count(OFF) == 1
    changed = CONFIG.replace(OFF, f"    sentence_embeddings: {value}\n")
    (layout.root / "config.yml").write_text(changed, encoding="utf-8")
    directory = layout.root / "sentence-model"
    for name in ("onnx/model.onnx", "tokenizer.json", "1_Pooling/config.json", "README.md"):
        (directory / name).parent.mkdir(parents=True, exist_ok=True)
        (directory / name).write_text("as exported", encoding="utf-8")
    return directory


def pretend_installed(layout: Layout) -> None:
    layout.python(RASA.name).parent.mkdir(parents=True)
    layout.python(RASA.name).symlink_to(sys.executable)
    write_stamp(stamp(layout, RASA), layout, RASA.requirements(with_tests=False))


def test_it_is_off_as_delivered(clone: Layout) -> None:
    assert sentence_model(clone.root) is None
    assert list(files_of_sentence_model(clone.root)) == []


def test_without_a_configuration_it_is_off(layout: Layout) -> None:
    assert sentence_model(layout.root) is None


@pytest.mark.parametrize(
    "value", ["", "null", "~", "a/b", "'a b'", '"a/b"  # ours', "/srv/e5", "null # none yet", "  a-b_c.d  "]
)
def test_the_setting_is_read_as_yaml_reads_it(clone: Layout, value: str) -> None:
    switch_on(clone, value)
    pipeline = yaml.safe_load((clone.root / "config.yml").read_text(encoding="utf-8"))["pipeline"]
    (expected,) = (part["sentence_embeddings"] for part in pipeline if "sentence_embeddings" in part)
    assert sentence_model(clone.root) == (None if expected is None else clone.root / expected)


def test_what_it_needs_is_installed_when_it_is_on(clone: Layout) -> None:
    pretend_installed(clone)
    assert is_current(clone, RASA, with_tests=False)
    assert REQUIREMENTS not in synchronise(clone, RASA, {}, with_tests=False).command
    switch_on(clone)
    assert not is_current(clone, RASA, with_tests=False)
    assert REQUIREMENTS in synchronise(clone, RASA, {}, with_tests=False).command
    assert REQUIREMENTS not in synchronise(clone, SERVICE, {}, with_tests=True).command
    steps = [unit.name for unit in installation(clone, os.environ, free=lambda _path: 10**12)]
    assert "install-rasa" in steps


def test_what_it_needs_is_installed_for_the_tests_too(clone: Layout) -> None:
    assert REQUIREMENTS in synchronise(clone, RASA, {}, with_tests=True).command


@pytest.mark.parametrize("name", ["onnx/model.onnx", "tokenizer.json", "1_Pooling/config.json", "onnx/model.onnx_data"])
def test_a_changed_sentence_model_changes_the_fingerprint(clone: Layout, name: str) -> None:
    off = fingerprint(clone.root)
    directory = switch_on(clone)
    before = fingerprint(clone.root)
    assert before != off
    (directory / "README.md").write_text("changed", encoding="utf-8")
    assert fingerprint(clone.root) == before
    (directory / name).write_text("changed", encoding="utf-8")
    assert fingerprint(clone.root) != before


def test_a_directory_that_is_missing_is_left_to_the_training_to_report(clone: Layout) -> None:
    shutil.rmtree(switch_on(clone))
    assert list(files_of_sentence_model(clone.root)) == [clone.root / REQUIREMENTS]
    assert fingerprint(clone.root)
