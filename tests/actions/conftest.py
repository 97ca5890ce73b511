from __future__ import annotations

from hypothesis import settings

# A busy machine is not a wrong program.
settings.register_profile("without-deadline", deadline=None)
settings.load_profile("without-deadline")
