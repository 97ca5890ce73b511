"""`make bench-desk`."""

import argparse
import asyncio
import tempfile
import time
from pathlib import Path

from bench import results
from bench.desk import interactions, long_day
from bench.desk.place import desk
from bench.quiet_bot import quiet_bot
from bench.service_alone import ServiceAlone, service_alone

PARTS = {"interactions": interactions.measure, "memory": long_day.measure}


async def measure(part: str, service: ServiceAlone) -> dict[str, float]:
    print(f"{time.strftime('%H:%M:%S')}  {part}", flush=True)
    async with desk(service) as prepared:
        return await PARTS[part](prepared)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.desk")
    parser.add_argument("parts", nargs="*", choices=[[], *PARTS], help="both, unless named")
    for part in parser.parse_args().parts or PARTS:
        with tempfile.TemporaryDirectory(prefix="bench-desk-") as folder:
            Path(folder).chmod(0o711)  # The database's own system user passes through.
            with quiet_bot() as bot_url, service_alone(Path(folder), BOT_URL=bot_url) as service:
                figures = asyncio.run(measure(part, service))
        results.save_part("desk", part, "make bench-desk", figures)


if __name__ == "__main__":
    main()
