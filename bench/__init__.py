"""Benchmarks: each prints its figures and saves them under `bench/results/` with the machine and the commit."""
