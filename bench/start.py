"""How long from a fresh clone to the first answered question, how long a second start takes, and the weight at rest.

The package cache of uv is warm: it is filled by an installation in this clone before anything is measured.
"""

import subprocess
import tempfile
import time
from pathlib import Path

import httpx

from bench import results
from stack.temporary_system import TemporarySystem

QUESTION = "Behöver jag bygglov för en altan?"
ANSWER_SECONDS = 60.0
REST_SECONDS = 20.0


def main() -> None:
    subprocess.run(["python3", "-m", "stack", "install"], cwd=results.ROOT, check=True)
    with tempfile.TemporaryDirectory(prefix="bench-start-") as folder:
        clone = Path(folder) / "clone"
        subprocess.run(["git", "clone", "--quiet", str(results.ROOT), str(clone)], check=True)
        began = time.monotonic()
        with TemporarySystem(clone, clone / ".run") as system:
            ask(system.url)
            first = time.monotonic() - began
        began = time.monotonic()
        with TemporarySystem(clone, clone / ".run") as system:
            second = time.monotonic() - began
            ask(system.url)
            # At rest means after what starting leaves behind, such as caches being filled.
            time.sleep(REST_SECONDS)
            weight = proportional_megabytes(system.pids())
    results.save(
        "start",
        "make bench-start",
        {
            "first_run_seconds": round(first, 1),
            "second_start_seconds": round(second, 1),
            "rss_total_mb": round(weight),
        },
    )


def ask(url: str) -> None:
    """Asks one question and waits for the bot's answer.

    Raises:
        RuntimeError: it is not answered rightly in time.
    """
    with httpx.Client(base_url=url, trust_env=False) as client:
        conversation = client.post("/api/conversations", json={}).raise_for_status().json()
        headers = {"Authorization": f"Bearer {conversation['token']}"}
        messages = f"/api/conversations/{conversation['id']}/messages"
        client.post(messages, json={"client_id": "bench", "text": QUESTION}, headers=headers).raise_for_status()
        give_up_at = time.monotonic() + ANSWER_SECONDS
        while time.monotonic() < give_up_at:
            answers = client.get(messages, params={"after": 1}, headers=headers).raise_for_status().json()
            if answers and answers[0]["payload"].get("topic") == "bygglov-altan":
                return
            if answers:
                raise RuntimeError(f"the question was answered with {answers[0]['kind']}")
            time.sleep(0.05)
    raise RuntimeError("the question was not answered")


def proportional_megabytes(pids: list[int]) -> float:
    """Memory in MB; what processes share is counted once (PSS, see proc(5), smaps_rollup)."""
    total = 0
    for pid in pids:
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii").splitlines():
            if line.startswith("Pss:"):
                total += int(line.split()[1])
    return total / 1000


if __name__ == "__main__":
    main()
