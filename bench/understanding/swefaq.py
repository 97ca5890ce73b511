"""SweFAQ 2.0: the right one of the answers of a question's category, each question judged alone, nothing trained."""

from __future__ import annotations

import spacy
from spacy.lookups import load_lookups

from bench.understanding import data
from bot.classification.retrieval import AnswerList, Vocabulary

# The share right by chance in the official test set: 109 questions, 2,049 pairs of a question and an answer.
BY_CHANCE = 109 / 2049


def measure() -> dict[str, float]:
    answers = data.swefaq_answers()
    vocabulary = swedish_vocabulary()
    figures: dict[str, float] = {}
    for split in ("dev", "test"):
        accuracy = share_right(data.swefaq_choices(split), answers, vocabulary)
        figures[f"swefaq_{split}_accuracy"] = round(accuracy, 4)
        figures[f"swefaq_{split}_pseudoalpha"] = round(pseudoalpha(accuracy), 4)
    return figures


def share_right(choices: list[data.Choice], answers: dict[str, list[str]], vocabulary: Vocabulary) -> float:
    lists = {choice.category: AnswerList(answers[choice.category], vocabulary) for choice in choices}
    right = [lists[choice.category].ranking(choice.question)[0] == choice.right for choice in choices]
    return sum(right) / len(right)


def pseudoalpha(accuracy: float) -> float:
    """SuperLim's official measure: 0 is chance, 1 is everything right."""
    return (accuracy - BY_CHANCE) / (1 - BY_CHANCE)


def swedish_vocabulary() -> Vocabulary:
    table = load_lookups("sv", ["lemma_lookup"]).get_table("lemma_lookup")
    return Vocabulary.of(table, spacy.blank("sv").Defaults.stop_words)
