"""Which sign-ins have a page open in this process."""

import contextlib
from collections import Counter
from collections.abc import Iterator


class OpenPages:
    def __init__(self) -> None:
        self._count: Counter[str] = Counter()

    @contextlib.contextmanager
    def page(self, token: str) -> Iterator[None]:
        """While one more page of this sign-in is open."""
        self._count[token] += 1
        try:
            yield
        finally:
            self._count[token] -= 1
            if not self._count[token]:
                del self._count[token]

    def __contains__(self, token: str) -> bool:
        return token in self._count

    def __iter__(self) -> Iterator[str]:
        return iter(self._count)
