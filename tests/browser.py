"""Chromium without a window, told what to do over its own pipe: no driver, no library.

https://chromedevtools.github.io/devtools-protocol/
"""

import itertools
import json
import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from automation import programs
from tests.programs import program

_OPTIONS = ("--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-extensions")


class PageLeftError(Exception):
    """The page was left while it was asked."""


class Browser:
    """One page of a browser that keeps nothing."""

    def __init__(self, reading: int, writing: int) -> None:
        self._reading = os.fdopen(reading, "rb")
        self._writing = os.fdopen(writing, "wb")
        self._numbers = itertools.count(1)
        self._session: dict[str, str] = {}
        # What the page complained of, such as what its security policy kept from loading.
        self.complaints: list[str] = []
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        attached = self.call("Target.attachToTarget", targetId=target, flatten=True)
        self._session = {"sessionId": attached["sessionId"]}
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.call(f"{domain}.enable")

    def call(self, method: str, **parameters: object) -> dict[str, Any]:
        number = next(self._numbers)
        message = {"id": number, "method": method, "params": parameters, **self._session}
        self._writing.write(json.dumps(message).encode() + b"\0")
        self._writing.flush()
        while True:
            answer = self._read()
            if answer.get("id") == number:
                if "navigated" in answer.get("error", {}).get("message", ""):
                    raise PageLeftError
                assert "error" not in answer, answer
                result: dict[str, Any] = answer["result"]
                return result

    def open(self, url: str) -> None:
        self._going(lambda: self.call("Page.navigate", url=url))

    def reload(self) -> None:
        self._going(lambda: self.call("Page.reload"))

    def submit(self) -> None:
        self._going(lambda: self.press("Enter"))

    def type(self, text: str) -> None:
        self.call("Input.insertText", text=text)

    def press(self, key: str) -> None:
        codes = {"Tab": 9, "Enter": 13}
        text = {"text": "\r"} if key == "Enter" else {}
        for kind in ("keyDown", "keyUp"):
            code = {"key": key, "code": key, "windowsVirtualKeyCode": codes[key]}
            self.call("Input.dispatchKeyEvent", type=kind, **code, **text)

    def value(self, expression: str) -> Any:
        found = self.call("Runtime.evaluate", expression=expression, returnByValue=True)
        assert "exceptionDetails" not in found, found
        return found["result"].get("value")

    def busy_seconds(self) -> float:
        """How long the page's thread has worked, in the time domain that was enabled."""
        metrics = self.call("Performance.getMetrics")["metrics"]
        (seconds,) = (each["value"] for each in metrics if each["name"] == "TaskDuration")
        return float(seconds)

    def _going(self, action: Any) -> None:
        """Do what leads to another document, and wait until that is there."""
        self.value("window.old = true")
        action()
        deadline = time.monotonic() + 60
        while not self._arrived():
            assert time.monotonic() < deadline
            time.sleep(0.05)

    def _arrived(self) -> bool:
        try:
            return not self.value("window.old || document.readyState != 'complete'")
        except PageLeftError:
            return False

    def _read(self) -> dict[str, Any]:
        text = bytearray()
        while (byte := self._reading.read(1)) != b"\0":
            assert byte, "the browser has ended"
            text += byte
        message: dict[str, Any] = json.loads(text)
        if message.get("method") in ("Log.entryAdded", "Runtime.exceptionThrown"):
            self.complaints.append(json.dumps(message["params"]))
        return message

    def close(self) -> None:
        self._session = {}
        self.call("Browser.close")
        self._reading.close()
        self._writing.close()


@contextmanager
def chromium(profile: Path) -> Iterator[Browser]:
    browser_program = program(programs.CHROMIUM)
    theirs_in, ours_out = os.pipe()
    ours_in, theirs_out = os.pipe()

    def become_three_and_four() -> None:
        # The pair may overlap with the numbers that the browser expects.
        first, second = os.dup(theirs_in), os.dup(theirs_out)
        os.dup2(first, 3)
        os.dup2(second, 4)

    with (profile / "chromium.log").open("wb") as log:
        process = subprocess.Popen(  # noqa: S603
            [browser_program, *_OPTIONS, "--remote-debugging-pipe", f"--user-data-dir={profile}"],
            stderr=log,
            stdout=log,
            pass_fds=(3, 4, theirs_in, theirs_out),
            preexec_fn=become_three_and_four,  # noqa: PLW1509
        )
    os.close(theirs_in)
    os.close(theirs_out)
    browser = Browser(ours_in, ours_out)
    try:
        yield browser
    finally:
        browser.close()
        process.wait(30)
