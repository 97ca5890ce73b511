"""`make bench-studio`."""

import argparse
import tempfile
import time
from pathlib import Path

from bench import results
from bench.studio import loop, promotions

# Each has a folder of its own to run in.
PARTS = {"loop": loop.measure, "promotions": promotions.measure}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.studio")
    parser.add_argument("parts", nargs="*", choices=[[], *PARTS], help="all, unless named")
    for part in parser.parse_args().parts or PARTS:
        print(f"{time.strftime('%H:%M:%S')}  {part}", flush=True)
        with tempfile.TemporaryDirectory(prefix="bench-studio-") as folder:
            Path(folder).chmod(0o711)  # The database's own system user passes through.
            figures = PARTS[part](Path(folder))
        results.save_part("studio", part, "make bench-studio", figures)


if __name__ == "__main__":
    main()
