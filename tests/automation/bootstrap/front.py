"""An HTTP double in front of the emulator, for what the emulator never comes to by itself."""

import re
import ssl
import threading
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from random import Random
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qs

import boto3
import botocore.session
from botocore.config import Config

from automation.emulator import CREDENTIALS, NO_CONFIGURATION, Emulator
from automation.emulator.calls import Response
from automation.emulator.proxy import Proxy

_STATUS = re.compile(rb"<StackStatus>[A-Z_]+</StackStatus>")
_THROTTLED = (
    "<ErrorResponse><Error><Code>Throttling</Code><Message>Rate exceeded</Message></Error>"
    "</ErrorResponse>"
)
_CONTINUED = (
    "<ContinueUpdateRollbackResponse><ContinueUpdateRollbackResult/>"
    "</ContinueUpdateRollbackResponse>"
)
# A call's name, and how to have the emulator answer it; None leaves it to the next rule.
Rule = Callable[[str, Callable[[], Response]], Response | None]


class Front:
    """Takes AWS's place; what no rule answers goes on to the emulator."""

    def __init__(self, emulator: Emulator, folder: Path) -> None:
        self.rules: list[Rule] = []
        self.calls: Counter[str] = Counter()
        self._emulator = emulator
        self._bundle = folder / "front.pem"
        context = ssl.create_default_context(cafile=str(emulator.bundle))
        proxies = {"https": emulator.url, "http": emulator.url}
        self._opener = urllib.request.build_opener(
            urllib.request.ProxyHandler(proxies), urllib.request.HTTPSHandler(context=context)
        )

    def __enter__(self) -> Self:
        self._proxy = Proxy(0, self)
        self._bundle.write_text(self._proxy.authority.pem)
        self._thread = threading.Thread(target=self._proxy.serve_forever, args=(0.05,))
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._proxy.shutdown()
        self._thread.join()
        self._proxy.server_close()

    @property
    def session(self) -> boto3.Session:
        core = botocore.session.Session(session_vars=NO_CONFIGURATION)
        core.set_config_variable("ca_bundle", str(self._bundle))
        core.set_credentials(*CREDENTIALS.values())
        url = f"http://127.0.0.1:{self._proxy.server_port}"
        core.set_default_client_config(Config(proxies={"https": url, "http": url}))
        return boto3.Session(botocore_session=core, region_name=self._emulator.region)

    def pretend(self, status: str, *, until: str) -> None:
        """Say that a stack has a status until a call is made.

        The emulator knows nothing of continued rollbacks, so that call ends here.
        """

        def rule(call: str, forward: Callable[[], Response]) -> Response | None:
            if call == "ContinueUpdateRollback":
                return 200, {"Content-Type": "text/xml"}, _CONTINUED
            if call != "DescribeStacks" or self.calls[until]:
                return None
            code, headers, body = forward()
            assert isinstance(body, bytes)
            said = f"<StackStatus>{status}</StackStatus>".encode()
            return code, headers, _STATUS.sub(said, body) if code == 200 else body

        self.rules.append(rule)

    def lose(self, lost: str) -> None:
        """Lose the answer to the first of these calls."""

        def rule(call: str, forward: Callable[[], Response]) -> Response | None:
            if call != lost or self.calls[lost] > 1:
                return None
            forward()
            return 500, {}, b""

        self.rules.append(rule)

    def disturb(self, *, share: float, seed: int) -> None:
        """Let a share of calls fail: before they are made, or by losing the answer."""
        random = Random(seed)  # noqa: S311

        def rule(_: str, forward: Callable[[], Response]) -> Response | None:
            if random.random() >= share:
                return None
            kind = random.choice(("throttled", "unavailable", "lost", "dropped"))
            if kind == "throttled":
                return 400, {"Content-Type": "text/xml"}, _THROTTLED
            if kind == "unavailable":
                return 503, {}, b""
            if kind == "dropped":
                raise ConnectionError
            forward()
            return 500, {}, b""

        self.rules.append(rule)

    def emulates(self, host: str) -> bool:
        return host.endswith(".amazonaws.com")

    def answer(self, method: str, url: str, headers: Any, body: bytes) -> Response:
        call = parse_qs(body.decode("utf-8", "replace")).get("Action", [f"{method} {url}"])[0]
        self.calls[call] += 1
        # So that a rule can wait for a call to have been made so many times.
        self.calls[f"{call} {self.calls[call]}"] += 1

        def forward() -> Response:
            return self._forward(method, url, dict(headers.items()), body)

        for rule in self.rules:
            answer = rule(call, forward)
            if answer is not None:
                return answer
        return forward()

    def _forward(self, method: str, url: str, headers: dict[str, str], body: bytes) -> Response:
        headers = {name: value for name, value in headers.items() if name != "Expect"}
        request = urllib.request.Request(url, body or None, headers, method=method)  # noqa: S310
        try:
            with self._opener.open(request) as answer:
                return answer.status, dict(answer.headers.items()), answer.read()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, dict(error.headers.items()), error.read()
