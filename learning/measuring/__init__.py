"""Measures what a model understands, on texts that it has not learned from."""
