"""`make chaos`: people talk through the real system while its processes are killed and their connections are cut.

Simulated residents and agents (`residents`, `agents`) write down in a `ledger` what they sent, what they were answered
and what they saw. `disasters` ends processes with SIGKILL and cuts connections at any byte (`proxy`). At the end the
`judge` compares the ledger with what the database holds (`stored`).
"""
