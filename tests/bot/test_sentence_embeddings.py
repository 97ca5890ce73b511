"""Sentence vectors from a directory, on a tiny model that is made here and loaded as a real one."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from onnx import helper
from rasa.engine.graph import ExecutionContext, GraphSchema
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.resource import Resource
from rasa.shared.exceptions import RasaException
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.classification.embeddings import BATCH, MOST_TOKENS, EmbeddingsError, SentenceEmbeddings, fingerprint_of
from bot.classification.features import NgramVectorizer
from bot.classification.text_vectorizer import TextVectorizer
from bot.classification.topic_learning import Lessons, learn_topic_model
from bot.classification.topic_model import TopicModel
from bot.components.topic_classifier import TopicClassifier
from tests.bot.running_bot import ROOT
from tests.bot.small_topics import LESSONS, PHRASES, words
from tests.bot.tiny_sentence_model import INPUTS, TOKENS_OUTPUT, Vectors, write_settings, write_tiny_model

NORTH, EAST = (0.0, 2.0), (2.0, 0.0)
COMPASS = {"norr": NORTH, "upp": NORTH, "öster": EAST, "höger": EAST, "query:": EAST}
POOLING = "1_Pooling/config.json"
LENGTH_SETTINGS = [
    ("sentence_bert_config.json", "max_seq_length"),
    ("tokenizer_config.json", "model_max_length"),
    ("config.json", "max_position_embeddings"),
]

compass_texts = st.lists(st.sampled_from(["norr", "upp", "öster", "höger", "okänt"]), max_size=12).map(" ".join)


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    return write_tiny_model(tmp_path / "tiny", COMPASS)


@pytest.fixture(scope="module")
def compass(tmp_path_factory: pytest.TempPathFactory) -> SentenceEmbeddings:
    return SentenceEmbeddings.load(write_tiny_model(tmp_path_factory.mktemp("compass"), {**COMPASS, "[UNK]": EAST}))


def angle(embeddings: SentenceEmbeddings, text: str) -> float:
    """Degrees from east."""
    east, north = embeddings.vectors([text])[0]
    return round(float(np.degrees(np.arctan2(north, east))), 1)


@pytest.mark.parametrize("graph", ["model.onnx", "onnx/model.onnx"])
@pytest.mark.parametrize("inputs", [INPUTS, INPUTS[:2], INPUTS[:1]])
def test_both_layouts_and_all_usual_inputs_are_read(tmp_path: Path, graph: str, inputs: tuple[str, ...]) -> None:
    embeddings = SentenceEmbeddings.load(write_tiny_model(tmp_path, COMPASS, graph=graph, inputs=inputs))
    assert embeddings.dimensions == 2
    assert angle(embeddings, "norr") == 90.0


@given(st.lists(compass_texts, max_size=2 * BATCH + 3))
def test_a_vector_has_length_one_and_does_not_depend_on_the_other_texts(
    compass: SentenceEmbeddings, texts: list[str]
) -> None:
    vectors = compass.vectors(texts)
    assert vectors.shape == (len(texts), 2)
    assert vectors.dtype == np.float32
    for text, vector in zip(texts, vectors, strict=True):
        assert np.allclose(vector, compass.vectors([text])[0], atol=1e-6)
        assert np.linalg.norm(vector) == pytest.approx(1.0 if text else 0.0, abs=1e-6)


def test_more_texts_than_a_batch_holds_keep_their_order(compass: SentenceEmbeddings) -> None:
    texts = ["norr " * (place % 7) + "öster" for place in range(2 * BATCH + 3)]
    one_by_one = np.vstack([compass.vectors([text]) for text in texts])
    assert np.allclose(compass.vectors(texts), one_by_one, atol=1e-6)


@given(st.lists(compass_texts, max_size=BATCH + 3))
def test_the_same_texts_give_the_same_vectors(compass: SentenceEmbeddings, texts: list[str]) -> None:
    again = SentenceEmbeddings.load(compass.directory)
    assert np.array_equal(compass.vectors(texts), again.vectors(texts))


def test_the_mean_of_all_tokens_is_taken_unless_the_export_says_otherwise(directory: Path) -> None:
    assert angle(SentenceEmbeddings.load(directory), "norr öster") == 45.0
    write_settings(directory, POOLING, pooling_mode_mean_tokens=True, pooling_mode_cls_token=False)
    assert angle(SentenceEmbeddings.load(directory), "norr norr norr öster") == 71.6


def test_the_first_token_is_taken_where_the_export_says_so(tmp_path: Path) -> None:
    directory = write_tiny_model(tmp_path, {**COMPASS, "[CLS]": (-1.0, 0.0)})
    write_settings(directory, POOLING, pooling_mode_cls_token=True, pooling_mode_mean_tokens=False)
    assert angle(SentenceEmbeddings.load(directory), "norr öster") == 180.0


def test_an_export_that_pools_by_itself_has_the_last_word(tmp_path: Path) -> None:
    nodes = [
        helper.make_node("Identity", ["words"], [TOKENS_OUTPUT]),
        helper.make_node("ReduceMax", ["words"], ["sentence_embedding"], axes=[1], keepdims=0),
    ]
    outputs = [TOKENS_OUTPUT, "sentence_embedding"]
    directory = write_tiny_model(tmp_path, COMPASS, last_nodes=nodes, outputs=outputs)
    assert angle(SentenceEmbeddings.load(directory), "norr norr norr öster") == 45.0


def test_what_the_model_wants_to_see_first_is_put_before_each_text(directory: Path) -> None:
    assert angle(SentenceEmbeddings.load(directory, prefix="query: "), "norr") == 45.0


@pytest.mark.parametrize(("file", "name"), LENGTH_SETTINGS)
def test_a_text_is_cut_where_the_model_ends(tmp_path: Path, file: str, name: str) -> None:
    directory = write_tiny_model(tmp_path, COMPASS, most_positions=4)
    for other_file, other_name in LENGTH_SETTINGS:
        write_settings(directory, other_file, **{other_name: 10**30})
    write_settings(directory, file, **{name: 4})
    embeddings = SentenceEmbeddings.load(directory)
    # The first token is a sign of its own.
    assert angle(embeddings, "norr norr norr " + "öster " * 1000) == 90.0
    assert angle(embeddings, "norr norr öster") == 63.4


def test_no_model_is_made_to_read_without_end(directory: Path) -> None:
    embeddings = SentenceEmbeddings.load(directory)
    assert angle(embeddings, "norr " * (MOST_TOKENS - 1) + "öster") == 90.0


def remove(name: str) -> Callable[[Path], None]:
    return lambda directory: (directory / name).unlink()


def overwrite(name: str, text: str) -> Callable[[Path], None]:
    def change(directory: Path) -> None:
        (directory / name).parent.mkdir(exist_ok=True)
        (directory / name).write_text(text, encoding="utf-8")

    return change


def remake(vectors: Vectors = COMPASS, **how: Any) -> Callable[[Path], None]:
    def change(directory: Path) -> None:
        write_tiny_model(directory, vectors, **how)

    return change


SUM_OF_ALL = helper.make_node("ReduceSum", ["words"], [TOKENS_OUTPUT], keepdims=0)
MEAN_OF_TEXTS = helper.make_node("ReduceMean", ["words"], [TOKENS_OUTPUT], axes=[0, 1], keepdims=0)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (
            shutil.rmtree,
            r"There is no directory \S+: correct `sentence_embeddings` in config\.yml, or set it to null\.",
        ),
        (remove("model.onnx"), r"holds neither model\.onnx nor onnx/model\.onnx: export the model to ONNX\."),
        (remove("tokenizer.json"), r"holds no tokenizer\.json: export the fast tokenizer too\."),
        (overwrite("model.onnx", "nothing"), r"model\.onnx cannot be loaded as an ONNX model: "),
        (overwrite("tokenizer.json", "{}"), r"tokenizer\.json cannot be loaded as a tokenizer: "),
        (overwrite("config.json", "{"), r"config\.json cannot be read as JSON: "),
        (
            overwrite(POOLING, '{"pooling_mode_max_tokens": true}'),
            r"asks for max_tokens; only mean_tokens and cls_token",
        ),
        (remake(inputs=("input_ids", "pixels")), r"wants pixels; a sentence model wants no more than attention_mask, "),
        (remake(last_nodes=[SUM_OF_ALL]), r"gives an array of shape \(\) for 2 texts, not one vector a text\."),
        (remake(last_nodes=[MEAN_OF_TEXTS]), r"gives an array of shape \(2,\) for 2 texts, not one vector a text\."),
        (remake({"a": (float("nan"), 1.0)}), r"gives what is no number\. Export it anew\."),
        (
            remake(most_positions=100),
            r"cannot read a text of 512 tokens\. .* `max_seq_length` in its sentence_bert_conf",
        ),
    ],
)
def test_what_is_wrong_is_one_sentence_at_once(directory: Path, change: Callable[[Path], None], sentence: str) -> None:
    change(directory)
    with pytest.raises(EmbeddingsError, match=sentence):
        SentenceEmbeddings.load(directory)


@pytest.mark.parametrize("package", ["onnxruntime", "tokenizers"])
def test_missing_packages_are_one_sentence(directory: Path, package: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(EmbeddingsError, match=r"need the packages of requirements/rasa-embeddings\.txt: `make train`"):
        SentenceEmbeddings.load(directory)


def test_without_the_setting_nothing_of_it_is_imported() -> None:
    question = (
        "import sys, bot.classification.topic_learning as _; print({'onnxruntime', 'tokenizers'} & {*sys.modules})"
    )
    answer = subprocess.run([sys.executable, "-c", question], cwd=ROOT, capture_output=True, text=True, check=True)
    assert answer.stdout == "set()\n"


@pytest.mark.parametrize("name", ["model.onnx", "model.onnx_data", "tokenizer.json", POOLING, "config.json"])
def test_every_file_that_a_vector_depends_on_is_in_the_fingerprint(directory: Path, name: str) -> None:
    before = fingerprint_of(directory)
    overwrite("README.md", "about it")(directory)
    assert fingerprint_of(directory) == before
    overwrite(name, "{ }")(directory)
    assert fingerprint_of(directory) != before


# Words that no phrase of the topics holds.
OTHER_WORDS = {
    "radon": ["strålning", "becquerel"],
    "bygglov-altan": ["veranda", "uteplats"],
    "bygglov-avgift": ["taxa", "summa"],
    "bibliotek": ["romaner", "läsesal"],
    "hej": ["goddag", "tjabba"],
    "akut-fara": ["eldsvåda", "lågor"],
}


def meanings() -> Vectors:
    """Words of the same topic point the same way."""
    spread = np.random.default_rng(0)
    directions = dict(zip(PHRASES, np.eye(len(PHRASES)), strict=True))
    vectors: dict[str, Any] = {"[UNK]": np.ones(len(PHRASES))}
    for topic, phrases in PHRASES.items():
        for word in {*" ".join(phrases).split(), *OTHER_WORDS.get(topic, ())}:
            vectors[word] = vectors.get(word, 0.0) + directions[topic]
    return {word: vectors[word] + spread.normal(0, 0.05, len(PHRASES)) for word in sorted(vectors)}


@pytest.fixture(scope="module")
def sentence_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_tiny_model(tmp_path_factory.mktemp("meanings"), meanings())


@pytest.fixture(scope="module")
def lessons(sentence_model: Path) -> Lessons:
    return replace(LESSONS, embeddings=SentenceEmbeddings.load(sentence_model))


@pytest.fixture(scope="module")
def with_meanings(lessons: Lessons) -> TopicModel:
    return learn_topic_model(lessons)


def rightly_read(model: TopicModel) -> int:
    readings = {topic: model.read(words(" ".join(others))) for topic, others in OTHER_WORDS.items()}
    return sum(bool(found.candidates) and found.candidates[0].topic == topic for topic, found in readings.items())


def test_words_that_were_never_learned_are_understood_by_their_meaning(with_meanings: TopicModel) -> None:
    assert rightly_read(with_meanings) == len(OTHER_WORDS)
    assert rightly_read(learn_topic_model(LESSONS)) <= len(OTHER_WORDS) / 2


def test_what_is_no_word_has_no_meaning(with_meanings: TopicModel) -> None:
    for text in ("", "😀 !!!", "? ? ?"):
        assert with_meanings.read(words(text)).candidates == ()


def test_n_grams_alone_are_unchanged_and_meanings_come_after_them(sentence_model: Path) -> None:
    texts = [words(text) for text in ("mäta radon", "strålning", "", "!")]
    ngrams = NgramVectorizer.learn(texts, 1)
    embeddings = SentenceEmbeddings.load(sentence_model)
    alone = ngrams.vectorize(texts)
    assert (TextVectorizer(ngrams).vectorize(texts) != alone).nnz == 0
    both = TextVectorizer(ngrams, embeddings, 0.5).vectorize(texts)
    columns = alone.shape[1]
    assert both.shape == (4, columns + embeddings.dimensions)
    assert (both[:, :columns] != alone).nnz == 0
    lengths = np.sqrt(both[:, columns:].multiply(both[:, columns:]).sum(axis=1)).ravel()
    assert np.allclose(lengths, [0.5, 0.5, 0, 0], atol=1e-6)


def test_another_model_or_prefix_or_weight_is_another_version(lessons: Lessons, directory: Path) -> None:
    assert lessons.embeddings is not None
    others = [
        LESSONS,
        lessons,
        replace(lessons, embedding_weight=0.5),
        replace(lessons, embeddings=SentenceEmbeddings.load(lessons.embeddings.directory, prefix="query: ")),
        replace(lessons, embeddings=SentenceEmbeddings.load(directory)),
    ]
    assert len({learn_topic_model(each).version for each in others}) == len(others)


@pytest.fixture
def copied(with_meanings: TopicModel, sentence_model: Path, tmp_path: Path) -> tuple[Path, Path]:
    """A saved topic model, and the directory of the sentence model that it was learned with."""
    saved, directory = tmp_path / "saved", tmp_path / "sentence-model"
    saved.mkdir()
    shutil.copytree(sentence_model, directory)
    with_meanings.save(saved)
    description = json.loads((saved / "model.json").read_text(encoding="utf-8"))
    description["embeddings"]["directory"] = str(directory)
    (saved / "model.json").write_text(json.dumps(description), encoding="utf-8")
    return saved, directory


def test_a_saved_model_reads_as_before(with_meanings: TopicModel, copied: tuple[Path, Path]) -> None:
    loaded = TopicModel.load(copied[0])
    for text in ("strålning", "veranda i huset", "det brinner", "", "okänt"):
        assert loaded.read(words(text)) == with_meanings.read(words(text))


def test_a_saved_model_refuses_other_files(copied: tuple[Path, Path]) -> None:
    saved, directory = copied
    write_tiny_model(directory, COMPASS)
    with pytest.raises(EmbeddingsError, match=r"are not those that the topic model was trained with: train it anew"):
        TopicModel.load(saved)


def test_a_saved_model_refuses_to_do_without(copied: tuple[Path, Path]) -> None:
    saved, directory = copied
    shutil.rmtree(directory)
    with pytest.raises(EmbeddingsError, match=r"There is no directory"):
        TopicModel.load(saved)


class Component:
    def __init__(self, folder: Path, directory: Path) -> None:
        self.config = {**TopicClassifier.get_default_config(), "sentence_embeddings": str(directory)}
        self.storage = LocalModelStorage(folder)
        self.resource = Resource("topics")
        self.place = (self.config, self.storage, self.resource, ExecutionContext(GraphSchema({})))


def test_training_says_what_is_wrong_with_the_directory(tmp_path: Path) -> None:
    component = Component(tmp_path, tmp_path / "nowhere")
    assert TopicClassifier.fingerprint_addon(component.config)
    with pytest.raises(RasaException, match=r"There is no directory \S+nowhere"):
        # No pipeline: it is never asked for one.
        TopicClassifier.create(*component.place).train(TrainingData(), None)


def test_a_start_says_what_is_wrong_with_the_directory(
    copied: tuple[Path, Path], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    saved, directory = copied
    component = Component(tmp_path, directory)
    with component.storage.write_to(component.resource) as folder:
        shutil.copytree(saved, folder, dirs_exist_ok=True)
    assert TopicClassifier.load(*component.place)
    shutil.rmtree(directory)
    with pytest.raises(RasaException, match=r"There is no directory"):
        TopicClassifier.load(*component.place)
    (line,) = caplog.records
    assert line.getMessage() == "bot.sentence_embeddings_failed"
    assert f"There is no directory {directory}" in line.__dict__["redaction_fields"]["problem"]


def test_a_changed_sentence_model_is_trained_with_anew(directory: Path, tmp_path: Path) -> None:
    component = Component(tmp_path, directory)
    before = TopicClassifier.fingerprint_addon(component.config)
    write_tiny_model(directory, {"norr": EAST})
    assert TopicClassifier.fingerprint_addon(component.config) != before
