"""A proxy in front of the emulator, on which calls fail as they do on a bad day."""

import hashlib
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

import urllib3

from automation.emulator import Emulator, system_roots
from automation.emulator.proxy import Proxy
from tests.faults.calls import Answer, Call, denied, throttled, unavailable

_HOP_BY_HOP = {"connection", "proxy-connection", "transfer-encoding", "content-length"}
_LATENCY = 1.5


class Fault(StrEnum):
    """What happens to a call."""

    THROTTLED = "throttled"
    UNAVAILABLE = "unavailable"
    DROPPED = "dropped"
    LATE = "late"
    DENIED = "denied"


# What a client has to bear.
TRANSIENT = (Fault.THROTTLED, Fault.UNAVAILABLE, Fault.DROPPED)

_ANSWERS: dict[Fault, Callable[[Call], Answer]] = {
    Fault.THROTTLED: throttled,
    Fault.UNAVAILABLE: unavailable,
    Fault.DENIED: denied,
}
# Which fault a call has, if any; the number counts calls that are alike, from zero.
Rule = Callable[[Call, int], Fault | None]


def sometimes(share: float, seed: str, *faults: Fault) -> Rule:
    """A share of all calls at random: the same ones each time, in whatever order they come."""

    def rule(call: Call, number: int) -> Fault | None:
        text = f"{seed} {call.service} {call.action} {number}"
        drawn = int.from_bytes(hashlib.sha256(text.encode()).digest()[:8]) / 2**64
        return faults[int(drawn / share * len(faults))] if drawn < share else None

    return rule


def always(fault: Fault, service: str, action: str) -> Rule:
    """Every call of an action, which may be the beginning of its name."""
    return lambda call, _: fault if _is(call, service, action) else None


def once(fault: Fault, service: str, action: str) -> Rule:
    """The first call of an action, whatever its parameters are."""
    done: list[Call] = []

    def rule(call: Call, _: int) -> Fault | None:
        if done or not _is(call, service, action):
            return None
        done.append(call)
        return fault

    return rule


def never(_: Call, __: int) -> None:
    """A good day."""


def _is(call: Call, service: str, action: str) -> bool:
    return call.service == service and call.action.startswith(action)


class DroppedError(Exception):
    """Ends a connection in the middle of a call."""


@dataclass(frozen=True)
class Happened:
    """A call, and what was done to it."""

    call: Call
    fault: Fault | None


class Forwarder:
    """Takes AWS's place: forwards what a rule lets through.

    `after` lets a call happen first, and then loses the answer: AWS has done what the client
    believes has failed. It is for calls that may safely be made twice.
    """

    def __init__(self, emulator: Emulator, rule: Rule, *, after: bool = False) -> None:
        self.rule = rule
        self.after = after
        self.happened: list[Happened] = []
        self._seen: Counter[tuple[str, str]] = Counter()
        self._lock = threading.Lock()
        self._pool = urllib3.ProxyManager(
            emulator.url, ca_certs=str(emulator.bundle), maxsize=32, num_pools=64
        )

    def emulates(self, host: str) -> bool:
        return host.endswith((".amazonaws.com", ".api.aws"))

    def answer(self, method: str, url: str, headers: Any, body: bytes) -> Answer:
        call = Call.of(method, url, headers, body)
        with self._lock:
            number = self._seen[call.service, call.action]
            self._seen[call.service, call.action] += 1
            fault = self.rule(call, number)
            self.happened.append(Happened(call, fault))
        if fault is None or fault is Fault.LATE or self.after:
            answer = self._forward(method, url, headers, body)
        if fault is Fault.LATE:
            time.sleep(_LATENCY)
        elif fault is Fault.DROPPED:
            raise DroppedError
        elif fault is not None:
            return _ANSWERS[fault](call)
        return answer

    def close(self) -> None:
        self._pool.clear()

    def _forward(self, method: str, url: str, headers: Any, body: bytes) -> Answer:
        kept = {name: value for name, value in headers.items() if name.lower() not in _HOP_BY_HOP}
        response = self._pool.request(
            method,
            url,
            headers=kept,
            body=body,
            redirect=False,
            retries=False,
            decode_content=False,
        )
        return response.status, dict(response.headers), response.data


class Faulty(Emulator):
    """The emulator as it is seen through the proxy: what clients ask for goes there."""

    def __init__(self, real: Emulator, rule: Rule, workspace: Path, *, after: bool = False) -> None:
        super().__init__(account_id=real.account_id, region=real.region, workspace=workspace)
        self.forwarder = Forwarder(real, rule, after=after)
        self._proxy: Proxy | None = None

    @property
    def alive(self) -> bool:
        return self._proxy is not None

    def start(self) -> None:
        self._proxy = Proxy(0, self.forwarder)
        self.port = self._proxy.server_port
        threading.Thread(target=self._proxy.serve_forever, daemon=True).start()
        self.bundle.parent.mkdir(parents=True, exist_ok=True)
        self.bundle.write_text(system_roots() + self._proxy.authority.pem, encoding="utf-8")

    def stop(self) -> None:
        if self._proxy is not None:
            self._proxy.shutdown()
            self._proxy.server_close()
            self._proxy = None
        self.forwarder.close()

    def count(self, fault: Fault | None) -> int:
        return sum(each.fault is fault for each in self.forwarder.happened)
