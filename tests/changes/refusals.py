"""Calls that an account refuses again and again, while nothing in it changes.

The provider repeats many of them for 20 minutes.
"""

import re
import time
from collections import Counter

from tests.faults.calls import Call

# So often, and for so many seconds, before somebody who watched would give up.
_OFTEN, _LONG = 6, 12
_READ = ("Describe", "Get", "List", "GET", "HEAD")
_CODE = re.compile(r"<Code>([^<]+)</Code>|\"(?:__type|code)\": ?\"([^\"]+)\"")


class Refusals:
    """What was refused since the account changed last."""

    def __init__(self) -> None:
        self.clear()

    def clear(self) -> None:
        """Something has changed."""
        self._since = time.monotonic()
        self._counts: Counter[tuple[Call, bytes, str]] = Counter()

    def note(self, call: Call, body: bytes, status: int, answer: str | bytes) -> None:
        """A call and how it was answered."""
        if call.action.startswith(_READ):
            return
        if status < 400:
            self.clear()
            return
        text = answer.decode("utf-8", "replace") if isinstance(answer, bytes) else answer
        found = _CODE.search(text)
        code = next(filter(None, found.groups())) if found else str(status)
        self._counts[call, body, code] += 1

    @property
    def stuck(self) -> str:
        """The call that nothing but its repetition is left of; empty while there is hope."""
        if not self._counts or time.monotonic() - self._since < _LONG:
            return ""
        ((call, _, code), count), *_ = self._counts.most_common(1)
        return f"{call.service} {call.action}: {code}" if count >= _OFTEN else ""
