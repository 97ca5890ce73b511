"""Rules alone: no database, no network, no clock."""

from hypothesis import settings

# A busy machine is no reason for a rule to fail.
settings.register_profile("rules", deadline=None)
settings.load_profile("rules")
