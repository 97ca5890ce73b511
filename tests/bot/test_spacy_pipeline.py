from __future__ import annotations

from pathlib import Path

import spacy

from bot.spacy_pipeline import build_spacy_pipeline


def test_the_pipeline_finds_swedish_words_and_their_base_forms_and_is_built_once(tmp_path: Path) -> None:
    target = tmp_path / "models" / "spacy_sv"
    assert build_spacy_pipeline(target)
    assert not build_spacy_pipeline(target)
    assert [path.name for path in target.parent.iterdir()] == ["spacy_sv"]
    document = spacy.load(target)("katterna gick hem, måste vi söka?")
    assert [token.lemma_ for token in document] == ["katt", "gå", "hem", ",", "måste", "vi", "söka", "?"]
    (target / "meta.json").write_text('{"version": "0.0.1"}', encoding="utf-8")
    assert build_spacy_pipeline(target)
