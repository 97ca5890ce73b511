"""Whether the ports are free, asked before anything that takes time."""

from __future__ import annotations

import errno
import socket
from collections.abc import Mapping

from stack.errors import StackError
from stack.processes import HIGHEST_PORT, PORTS

HOST_OF = {"PORT": "HOST", "BOT_PORT": "BOT_HOST", "ACTIONS_PORT": "ACTIONS_HOST"}


def require_free_ports(settings: Mapping[str, str]) -> None:
    for name in PORTS:
        host, number = settings[HOST_OF[name]], int(settings[name])
        problem = why_not_free(host, number)
        if problem == errno.EADDRINUSE:
            raise StackError(
                f"Port {number} on {host} is used by another program: stop that one, or choose another port with "
                f"`{name}={free_port_after(number, host, settings)} make run`."
            )
        if problem is not None:
            reason = errno.errorcode.get(problem, str(problem))
            raise StackError(
                f"Port {number} on {host} cannot be used ({reason}): choose another with {name} and {HOST_OF[name]}."
            )


def free_port_after(number: int, host: str, settings: Mapping[str, str]) -> int:
    ours = {int(settings[name]) for name in PORTS}
    candidates = range(number + 1, HIGHEST_PORT + 1)
    return next((port for port in candidates if port not in ours and why_not_free(host, port) is None), number)


def why_not_free(host: str, number: int) -> int | None:
    """The system's reason, or None when a server could listen there."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        # As servers do: connections of an earlier run that are still closing do not count.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, number))
        except socket.gaierror:
            return errno.EADDRNOTAVAIL
        except OSError as error:
            return error.errno
    return None
