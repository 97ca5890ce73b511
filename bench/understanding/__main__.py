"""`make bench-understanding`: measures the parts that are named, or all, and saves each as soon as it is done."""

from __future__ import annotations

import argparse
from collections.abc import Callable

from bench import results
from bench.understanding import charts, data, stock_diet, swefaq

COMMAND = "make bench-understanding"
# A part is a module with a function that returns its figures; to add one, write it and name it here.
PARTS: dict[str, Callable[[argparse.Namespace], dict[str, float]]] = {
    "swefaq": lambda _: swefaq.measure(),
    "stock_diet": lambda options: stock_diet.measure(options.epochs),
}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.understanding")
    parser.add_argument("parts", nargs="*", metavar="part", help=f"one or more of {', '.join(PARTS)}; all if none")
    parser.add_argument(
        "--epochs",
        type=int,
        default=stock_diet.DEFAULT_EPOCHS,
        help="of stock_diet's training (default: %(default)s, reduced)",
    )
    options = parser.parse_args()
    if unknown := set(options.parts) - set(PARTS):
        parser.error(f"there is no part {', '.join(sorted(unknown))}")
    for part in options.parts or PARTS:
        command = f"{COMMAND} ONLY={part}" + (f" EPOCHS={options.epochs}" if part == "stock_diet" else "")
        try:
            figures = PARTS[part](options)
        except data.MissingDataError as error:
            parser.exit(1, f"{error}\n")
        results.save_part("understanding", part, command, figures)
    for picture in charts.draw_all():
        print(f"Drawn in {picture.relative_to(results.ROOT)}")


if __name__ == "__main__":
    main()
