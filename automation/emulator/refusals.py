"""Notices a refusal that Terraform's provider goes on retrying, though nothing has changed.

The provider retries some for 20 minutes, as in AWS somebody else may let go of what is in use. Here
nobody does: after a while the same refusal has another code, which it does not retry.
"""

import hashlib
import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from botocore.parsers import ResponseParserError, create_parser
from moto.core.exceptions import ServiceException
from moto.core.request import Request

from automation.emulator import unknown
from automation.emulator.calls import ApiCall, Response, shown
from automation.emulator.rights import actions

# The provider tries again after 0.5, 1, 2, 4 and 8 seconds, then every 10: what only takes its
# time here takes none, and who waits for another stack sees the account change.
COUNT = 5
SECONDS = 20.0
# Some retry whatever they are told: after so many more of the same, Terraform is ended.
MORE = 3
_READING = frozenset({"List", "Read"})


class RefusedAgain(ServiceException):
    """The same refusal as before, with AWS's code and message in its own."""

    code = "RefusedAgain"


@dataclass
class _Repeat:
    since: float
    count: int = 0


class Refusals:
    """The refused calls of the provider since the account has last changed.

    What is retried for all that goes into the file `stubborn`.
    """

    def __init__(
        self, stubborn: Path | None = None, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._stubborn = stubborn
        self._clock = clock
        self._repeats: dict[str, _Repeat] = {}

    def accepted(self, call: ApiCall) -> None:
        """Forget all that was refused, where a call may have changed what it was refused for."""
        if self._repeats and not reads(call):
            self._repeats.clear()
            if self._stubborn:
                self._stubborn.unlink(missing_ok=True)

    def refused(self, call: ApiCall, code: str, message: str) -> RefusedAgain | None:
        """What to say instead to a call that is refused, if it was too often."""
        if call.provider is None or reads(call):
            return None
        now = self._clock()
        repeat = self._repeats.setdefault(_key(call, code), _Repeat(now))
        repeat.count += 1
        seconds = now - repeat.since
        if repeat.count < COUNT or seconds < SECONDS:
            return None
        error = RefusedAgain(
            f"{_named(call)} was refused {repeat.count} times in {seconds:.0f} s, and nothing in "
            "the account changed meanwhile; with AWS, Terraform would try it for up to 20 "
            f"minutes: api error {code}: {message}"
        )
        if self._stubborn and repeat.count >= COUNT + MORE:
            self._stubborn.write_text(error.message, encoding="utf-8")
        return error


def said(call: ApiCall, request: Request, response: Response) -> tuple[str, str]:
    """The code and the message of an error."""
    status, headers, body = response
    parser: Any = create_parser(unknown.protocol(call.operation, request))
    content = body.encode() if isinstance(body, str) else body
    given = {name.lower(): each for name, each in headers.items()}
    answer = {"status_code": status, "headers": given, "body": content}
    try:
        error = parser.parse(answer, call.operation.output_shape).get("Error", {})
    except ResponseParserError:
        return str(status), content.decode(errors="replace")
    return error.get("Code", ""), error.get("Message", "")


def reads(call: ApiCall) -> bool:
    """Whether a call leaves the account as it is, by AWS's reference of actions."""
    action = actions.of(call)
    known = actions.details(action) if action else None
    if known is None:
        return call.name.startswith(("Describe", "Get", "Head", "List"))
    return known["accessLevel"] in _READING


def _key(call: ApiCall, code: str) -> str:
    """The same for the same call: the SDK makes a new token for each."""
    tokens = call.operation.idempotent_members
    given = {name: each for name, each in call.parameters.items() if name not in tokens}
    text = json.dumps([str(call), call.region, code, given], default=str, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def _named(call: ApiCall) -> str:
    """A call with the texts that it cannot be without."""
    shape = call.operation.input_shape
    given = shown(shape, call.parameters)
    required = shape.required_members if shape else ()
    named = [f"{each}={given[each]}" for each in required if isinstance(given.get(each), str)]
    return f"{call}({', '.join(named)})"
