"""`make bench-understanding`: measures the parts that are named, or all, and saves each as soon as it is done."""

from __future__ import annotations

import argparse
import importlib
import time
import traceback
from collections.abc import Callable

from bench import results
from bench.understanding import charts, data

COMMAND = "make bench-understanding"
# Of stock_diet. Published figures come from more; this many show the way in minutes.
DEFAULT_EPOCHS = 5
# A part is a module with a function `measure` that returns its figures. The quick ones first, the slowest last.
PARTS = ("swefaq", "clinc", "comparison", "cross_validation", "trainings", "heldout", "stock_diet")

Measure = Callable[..., dict[str, float]]


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.understanding")
    parser.add_argument("parts", nargs="*", metavar="part", help=f"one or more of {', '.join(PARTS)}; all if none")
    parser.add_argument(
        "--epochs", type=int, default=DEFAULT_EPOCHS, help="of stock_diet's training (default: %(default)s, reduced)"
    )
    options = parser.parse_args()
    if unknown := set(options.parts) - set(PARTS):
        parser.error(f"there is no part {', '.join(sorted(unknown))}")
    chosen = [part for part in PARTS if not options.parts or part in options.parts]
    failed = [part for place, part in enumerate(chosen, start=1) if not is_measured(part, place, len(chosen), options)]
    for picture in charts.draw_all():
        print(f"Drawn in {picture.relative_to(results.ROOT)}")
    if failed:
        parser.exit(1, f"Failed: {', '.join(failed)}. The others are saved.\n")


def is_measured(part: str, place: int, of: int, options: argparse.Namespace) -> bool:
    """Whether the part came to its end; what went wrong is told, and the next part has its turn."""
    print(f"\n=== {part} ({place} of {of}) ===", flush=True)
    began = time.perf_counter()
    settings = {"epochs": options.epochs} if part == "stock_diet" else {}
    command = f"{COMMAND} ONLY={part}" + (f" EPOCHS={options.epochs}" if settings else "")
    try:
        # Imported only now, so that a part that cannot even be imported does not take the others with it.
        measure: Measure = importlib.import_module(f"bench.understanding.{part}").measure
        results.save_part("understanding", part, command, measure(**settings))
    except data.MissingDataError as error:
        print(error)
        return False
    except Exception:  # noqa: BLE001 - whatever it is, the other parts' figures are not to be lost.
        traceback.print_exc()
        return False
    print(f"--- {part}: {time.perf_counter() - began:.0f} s ---", flush=True)
    return True


if __name__ == "__main__":
    main()
