"""Measures a new model, in the folder that it was trained in:

    python -m learning.examination models/<name>.tar.gz questions.json found.json
    python -m learning.examination models/<name>.tar.gz questions.json found.json --serving in-use.tar.gz

The first measures the new model and cross-validates its phrases, the second measures the one in use in the same way.
Each is a process of its own, so that two models are never in memory at once. No question is ever printed or logged.
"""

from __future__ import annotations

import argparse
import json
import logging
import os
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from bot.redaction import install_redaction


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m learning.examination", description="Measure a trained model.")
    parser.add_argument("candidate", type=Path, help="the new model, a .tar.gz archive")
    parser.add_argument("questions", type=Path, help="what the service wants asked, JSON")
    parser.add_argument("found", type=Path, help="where to write what was measured, JSON")
    parser.add_argument("--serving", type=Path, help="measure this model, the one in use, instead of the new one")
    arguments = parser.parse_args()
    os.environ["RASA_TELEMETRY_ENABLED"] = "false"
    os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
    install_redaction(logging.ERROR)
    # Imported only now, after redaction: Rasa logs while it is imported.
    from learning.measuring.document import Examination  # noqa: PLC0415

    given = json.loads(arguments.questions.read_text(encoding="utf-8"))
    today = datetime.now(ZoneInfo("Europe/Stockholm")).date()
    examination = Examination(Path(), arguments.candidate, given, today)
    found = examination.of_serving(arguments.serving) if arguments.serving else examination.of_candidate()
    arguments.found.write_text(json.dumps(found, ensure_ascii=False), encoding="utf-8")


if __name__ == "__main__":
    main()
