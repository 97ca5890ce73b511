"""The long run of `make chaos`; what the short one in the tests does is the same."""

import argparse
import secrets
import sys
from collections.abc import Sequence
from pathlib import Path

from bench import results
from bench.chaos.flow import Extent
from bench.chaos.judge import Fault
from bench.chaos.run import run

SHOWN_FAULTS = 50


def main() -> int:
    arguments = parser().parse_args()
    print(f"Seed {arguments.seed}")
    extent = Extent(
        messages=arguments.messages,
        kills=arguments.kills,
        cuts=arguments.cuts,
        residents=arguments.residents,
        agents=arguments.agents,
        minutes=arguments.minutes,
    )
    outcome = run(arguments.root, extent, arguments.seed)
    show(outcome.faults)
    if arguments.dry:
        for name, value in outcome.figures.items():
            print(f"{name:>32}  {value:g}")
    else:
        results.save("chaos", "make chaos", outcome.figures)
    return 0 if outcome.is_good else 1


def show(faults: Sequence[Fault]) -> None:
    """The evidence: identifiers and numbers, never what was said."""
    for fault in faults[:SHOWN_FAULTS]:
        print(f"{fault.kind}  {fault.conversation}  {fault.evidence}")
    if len(faults) > SHOWN_FAULTS:
        print(f"… and {len(faults) - SHOWN_FAULTS} more")


def parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bench.chaos")
    parser.add_argument("--messages", type=int, default=10_000)
    parser.add_argument("--kills", type=int, default=25)
    parser.add_argument("--cuts", type=int, default=220)
    parser.add_argument("--residents", type=int, default=60)
    parser.add_argument("--agents", type=int, default=12)
    parser.add_argument("--minutes", type=float, default=40.0)
    parser.add_argument("--seed", type=int, default=secrets.randbelow(1_000_000))
    parser.add_argument("--root", type=Path, default=results.ROOT, help="the clone that is run")
    parser.add_argument("--dry", action="store_true", help="save no result")
    return parser


if __name__ == "__main__":
    sys.exit(main())
