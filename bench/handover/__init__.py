"""How quick the handover is: a case on the agents' screens, messages between people, claims, and idle browsers.

Everything is real: `make run`'s processes, with the trained bot. Only the people are simulated, with the streams that
their pages hold. They live in the same machine, so their work is part of the load.
"""
