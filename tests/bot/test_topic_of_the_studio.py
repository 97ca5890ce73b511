"""A topic that was made in the studio is trained like all others, once it has phrases, and one out of use is not."""

from __future__ import annotations

import json
import tarfile
from pathlib import Path

from tests.bot.conftest import TRAINED_WITHIN_SECONDS, working_trainer
from tests.bot.fake_model_server import FakeModelServer
from tests.bot.test_trainer import archive_of

NEW = "bygga-utekok\tbygga\t2\tguide\tallmant\tno\tFår jag bygga ett utekök?\t\t\t\tbygglov-altan\n"
PHRASES = """\
  - intent: topic/bygga-utekok
    examples: |
      - får man ha ett utekök
      - bygga kök på altanen
      - utekök med vask och spis
      - grillplats och utekök på tomten
      - kök utomhus lov
"""


def described(archive: Path) -> dict[str, object]:
    with tarfile.open(archive) as packed:
        name = next(each for each in packed.getnames() if each.endswith("/model.json"))
        file = packed.extractfile(name)
        assert file is not None
        description: dict[str, object] = json.load(file)
        return description


def test_a_new_topic_is_learned_and_one_that_is_out_of_use_is_forgotten(small_project: Path, tmp_path: Path) -> None:
    data = small_project / "data"
    rows = (data / "topics.tsv").read_text(encoding="utf-8").splitlines(keepends=True)
    in_use = [row for row in rows if not row.startswith("bibliotek\t")]
    phrases, skips = [], False
    for line in (data / "nlu" / "fragor.yml").read_text(encoding="utf-8").splitlines(keepends=True):
        if "- intent:" in line:
            skips = line.strip().endswith("topic/bibliotek")
        if not skips:
            phrases.append(line)
    (tmp_path / "stored").mkdir()
    with FakeModelServer(tmp_path / "stored") as server:
        server.has_training = True
        server.content = archive_of(
            {
                # As the service exports them (handover_api/content/written.py). The questions that decide how sure to
                # be still ask about the library.
                "data/topics.tsv": "".join([*in_use, NEW]),
                "data/nlu/fragor.yml": "".join([*phrases, PHRASES]),
            }
        )
        with working_trainer(server, small_project):
            assert server.has_ended.wait(TRAINED_WITHIN_SECONDS)
        assert server.problems is None
        assert server.trained is not None
        topics = described(server.trained)["topics"]
    assert isinstance(topics, list)
    assert "bygga-utekok" in topics
    assert "bibliotek" not in topics
    assert "radon" in topics
