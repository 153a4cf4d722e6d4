"""Somebody who presses Ctrl-C when nothing but repetition is left of a command."""

import _thread
import threading
from collections.abc import Callable
from types import TracebackType
from typing import Self

_LOOK = 3


class Patience:
    """Interrupts the main thread once `stuck` names something; `end` is what it named."""

    def __init__(self, stuck: Callable[[], str]) -> None:
        self._stuck = stuck
        self._over = threading.Event()
        self._watching = threading.Thread(target=self._watch, daemon=True)
        self.end = ""

    def __enter__(self) -> Self:
        self._watching.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._over.set()
        self._watching.join()

    def _watch(self) -> None:
        while not self._over.wait(_LOOK):
            self.end = self._stuck()
            if self.end:
                _thread.interrupt_main()
                return
