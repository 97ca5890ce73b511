"""Sentence vectors from a local directory, laid out as sentence-transformers and optimum export a model to ONNX.

Off unless config.yml names a directory (docs/decisions/0006-sentence-embeddings.md). The packages are imported only
then, and nothing is ever downloaded.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from bot.classification.arrays import Array

if TYPE_CHECKING:
    from onnxruntime import InferenceSession
    from tokenizers import Tokenizer

GRAPHS = ("model.onnx", "onnx/model.onnx")
TOKENIZER = "tokenizer.json"
POOLING = "1_Pooling/config.json"
# Where an export says how much its model can read; the least of them holds.
LENGTHS = (
    ("sentence_bert_config.json", "max_seq_length"),
    ("tokenizer_config.json", "model_max_length"),
    ("config.json", "max_position_embeddings"),
)
# Longer than what residents write; the time to read a text grows by the square of its length.
MOST_TOKENS = 512
MODE, MEAN, CLS = "pooling_mode_", "mean_tokens", "cls_token"
# The output of an export that pools by itself.
SENTENCE_OUTPUT = "sentence_embedding"
INPUTS = frozenset({"input_ids", "attention_mask", "token_type_ids"})
AXES_OF_TOKENS, AXES_OF_SENTENCES = 3, 2
BATCH = 32
# The bot shares its cores with all else, and one thread adds up in the same order every time.
THREADS = 1
ERRORS_ONLY = 3
BLOCK_BYTES = 1 << 20


class EmbeddingsError(ValueError):
    """The directory cannot be used; the message says why, and what to do."""


class SentenceEmbeddings:
    """Texts as vectors of length one.

    `fingerprint`: of the files; what was learned from the vectors of some files means nothing with others.
    """

    def __init__(self, directory: Path, prefix: str, session: InferenceSession, tokenizer: Tokenizer) -> None:
        self.directory = directory
        self.prefix = prefix
        self.fingerprint = fingerprint_of(directory)
        self._session = session
        self._tokenizer = tokenizer
        self._takes_first_token = _takes_first_token(directory)
        self._inputs = [each.name for each in session.get_inputs()]
        outputs = [each.name for each in session.get_outputs()]
        self._output = SENTENCE_OUTPUT if SENTENCE_OUTPUT in outputs else outputs[0]
        self.dimensions = self._try_out()

    @classmethod
    def load(cls, directory: Path, prefix: str = "") -> SentenceEmbeddings:
        """`prefix`: what the model was trained to see before each text, such as "query: " for the e5 models.

        Raises:
            EmbeddingsError: the directory, a file or a package is missing, or the model is of another kind.
        """
        graph = graph_in(directory)
        return cls(directory, prefix, _session(graph), _tokenizer(directory))

    def vectors(self, texts: Sequence[str]) -> Array:
        """One row a text, in single precision."""
        ids = [self._ids(self.prefix + text) for text in texts]
        vectors = np.zeros((len(texts), self.dimensions), dtype=np.float32)
        # Texts of like length together, so that little is padded.
        order = sorted(range(len(texts)), key=lambda row: len(ids[row]))
        for start in range(0, len(order), BATCH):
            rows = order[start : start + BATCH]
            found = self._read([ids[row] for row in rows])
            length = np.linalg.norm(found, axis=1, keepdims=True)
            vectors[rows] = found / np.maximum(length, np.finfo(np.float32).tiny)
        return vectors

    def _ids(self, text: str) -> list[int]:
        return list(self._tokenizer.encode(text).ids)

    def _read(self, texts: Sequence[Sequence[int]]) -> Array:
        ids = np.zeros((len(texts), max(1, *map(len, texts))), dtype=np.int64)
        mask = np.zeros_like(ids)
        for row, tokens in enumerate(texts):
            ids[row, : len(tokens)] = tokens
            mask[row, : len(tokens)] = 1
        given = {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}
        output: Array = self._session.run([self._output], {name: given[name] for name in self._inputs})[0]
        if output.ndim != AXES_OF_TOKENS:
            return output
        if self._takes_first_token:
            return np.asarray(output[:, 0])
        counts = mask[:, :, None].astype(np.float32)
        return np.asarray((output * counts).sum(axis=1) / np.maximum(counts.sum(axis=1), 1))

    def _try_out(self) -> int:
        """Reads a short text and one of the greatest length, so that nothing fails later; gives the dimensions."""
        texts = [self._ids(" ".join("a" * tokens)) for tokens in (1, MOST_TOKENS)]
        try:
            found = self._read(texts)
        except Exception as error:  # The runtime's errors have no class in common.
            raise EmbeddingsError(
                f"The model in {self.directory} cannot read a text of {len(texts[-1])} tokens. Is it a sentence model, "
                f"and is `{LENGTHS[0][1]}` in its {LENGTHS[0][0]} right? The runtime says: {error}"
            ) from error
        if found.ndim != AXES_OF_SENTENCES or len(found) != len(texts) or not found.shape[1]:
            raise EmbeddingsError(
                f"The model in {self.directory} gives an array of shape {found.shape} for {len(texts)} texts, not one "
                "vector a text. Export it for feature extraction."
            )
        if not np.isfinite(found).all():
            raise EmbeddingsError(f"The model in {self.directory} gives what is no number. Export it anew.")
        return int(found.shape[1])


def graph_in(directory: Path) -> Path:
    """
    Raises:
        EmbeddingsError: the directory, or the model in it, is missing.
    """
    if not directory.is_dir():
        raise EmbeddingsError(
            f"There is no directory {directory}: correct `sentence_embeddings` in config.yml, or set it to null."
        )
    for name in GRAPHS:
        if (directory / name).is_file():
            return directory / name
    raise EmbeddingsError(f"The directory {directory} holds neither {' nor '.join(GRAPHS)}: export the model to ONNX.")


def fingerprint_of(directory: Path) -> str:
    """
    Raises:
        EmbeddingsError: the directory, or the model in it, is missing.
    """
    digest = hashlib.sha256()
    for path in _files(directory):
        digest.update(f"{path.relative_to(directory).as_posix()}\0{path.stat().st_size}\0".encode())
        with path.open("rb") as file:
            for block in iter(lambda: file.read(BLOCK_BYTES), b""):
                digest.update(block)
    return digest.hexdigest()


def _files(directory: Path) -> Iterator[Path]:
    """Those that decide what a text's vector is. The weights of a large model lie in files beside its graph."""
    graph = graph_in(directory)
    yield from sorted(graph.parent.glob(f"{graph.name}*"))
    for name in (TOKENIZER, POOLING, *(name for name, _ in LENGTHS)):
        if (directory / name).is_file():
            yield directory / name


def _session(graph: Path) -> InferenceSession:
    try:
        import onnxruntime  # noqa: PLC0415 - optional, and slow to import.
    except ImportError as error:
        raise _missing_packages() from error
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = THREADS
    options.use_deterministic_compute = True
    options.log_severity_level = ERRORS_ONLY
    try:
        session = onnxruntime.InferenceSession(str(graph), options, providers=["CPUExecutionProvider"])
    except Exception as error:  # The runtime's errors have no class in common.
        raise EmbeddingsError(f"{graph} cannot be loaded as an ONNX model: {error}") from error
    unknown = {each.name for each in session.get_inputs()} - INPUTS
    if unknown:
        raise EmbeddingsError(
            f"{graph} wants {', '.join(sorted(unknown))}; a sentence model wants no more than "
            f"{', '.join(sorted(INPUTS))}. Export it for feature extraction."
        )
    return session


def _tokenizer(directory: Path) -> Tokenizer:
    path = directory / TOKENIZER
    if not path.is_file():
        raise EmbeddingsError(f"The directory {directory} holds no {TOKENIZER}: export the fast tokenizer too.")
    try:
        from tokenizers import Tokenizer  # noqa: PLC0415 - optional.
    except ImportError as error:
        raise _missing_packages() from error
    try:
        tokenizer = Tokenizer.from_file(str(path))
    except Exception as error:  # The library raises nothing more special.
        raise EmbeddingsError(f"{path} cannot be loaded as a tokenizer: {error}") from error
    tokenizer.no_padding()
    tokenizer.enable_truncation(_most_tokens(directory))
    return tokenizer


def _missing_packages() -> EmbeddingsError:
    return EmbeddingsError(
        "Sentence embeddings need the packages of requirements/rasa-embeddings.txt: `make train` installs them when "
        "`sentence_embeddings` in config.yml names a directory."
    )


def _most_tokens(directory: Path) -> int:
    stated = [_settings(directory / file).get(name) for file, name in LENGTHS]
    return min([MOST_TOKENS, *(int(length) for length in stated if length)])


def _takes_first_token(directory: Path) -> bool:
    """Else the mean of all tokens, as is usual.

    Raises:
        EmbeddingsError: the model is pooled in another way.
    """
    settings = _settings(directory / POOLING)
    modes = [key.removeprefix(MODE) for key, is_on in settings.items() if key.startswith(MODE) and is_on is True]
    if modes not in ([], [MEAN], [CLS]):
        raise EmbeddingsError(
            f"{directory / POOLING} asks for {' and '.join(modes)}; only {MEAN} and {CLS} can be pooled, each alone."
        )
    return modes == [CLS]


def _settings(path: Path) -> dict[str, Any]:
    """What a JSON file of the export says; nothing when there is no such file."""
    if not path.is_file():
        return {}
    try:
        settings: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise EmbeddingsError(f"{path} cannot be read as JSON: {error}") from error
    return settings
