"""How well texts are understood: retrieval and classification on public questions, and what disturbed texts do.

Runs in the bot's environment, on data that is not part of the project (docs/benchmarks.md).
"""
