"""How long to wait before another try.

https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html
"""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class Backoff:
    """Pauses, in seconds, that double up to a cap; half of each is left to chance."""

    tries: int = 5
    base: float = 3
    cap: float = 60
    chance: Callable[[], float] = random.random

    def pauses(self) -> Iterator[float]:
        """One for each further try."""
        for number in range(self.tries):
            longest = min(self.cap, self.base * 2**number)
            yield longest * (1 + self.chance()) / 2


PATIENT = Backoff()
