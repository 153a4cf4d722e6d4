"""Somebody who types what a document says, at a terminal."""

import fcntl
import os
import re
import select
import signal
import struct
import subprocess
import termios
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tests.documents.pages import Command

# Without colours, and without what moves.
_TERMINAL = {"TERM": "dumb", "COLUMNS": "100", "LINES": "50"}
# Questions, and what the reader answers.
_QUESTION = re.compile(r"(\[y/n\] \(n\): |\(yes/no\) |Type (\S+) to [^\n]*: )$")
_KEEP = 'code=$?; export -p > "$KEPT/environ"; pwd > "$KEPT/folder"; exit $code'
_RESUME = '. "$KEPT/environ"; cd "$(cat "$KEPT/folder")"'


@dataclass
class Reader:
    """One shell, from command to command: its folder and its variables stay as they were left."""

    folder: Path
    environ: Mapping[str, str]
    kept: Path
    patience: float = 1500
    said: dict[str, str] = field(default_factory=dict)

    def type(self, command: Command | str, code: int | None = 0) -> str:
        """What a command prints; it has to end with the exit code, unless any will do."""
        text = command if isinstance(command, str) else command.text
        printed, ended = self._run(text)
        assert code is None or ended == code, f"{command}: exit code {ended}\n{printed}"
        assert "Traceback" not in printed, printed
        self.said[text] = printed
        return printed

    def _run(self, text: str) -> tuple[str, int]:
        resume = _RESUME if (self.kept / "environ").exists() else ":"
        environ = {**self.environ, **_TERMINAL, "KEPT": str(self.kept)}
        terminal, theirs = os.openpty()
        fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 50, 100, 0, 0))
        process = subprocess.Popen(  # noqa: S603
            ["bash", "-c", f"{resume}\n{text}\n{_KEEP}"],  # noqa: S607
            cwd=self.folder,
            env=environ,
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            start_new_session=True,
        )
        os.close(theirs)
        try:
            printed = self._listen(terminal)
        except BaseException:
            os.killpg(process.pid, signal.SIGKILL)
            raise
        finally:
            os.close(terminal)
            code = process.wait()
        return printed, code

    def _listen(self, terminal: int) -> str:
        """Everything that is printed, as the questions in it are answered."""
        printed, answered, until = b"", 0, time.monotonic() + self.patience
        while select.select([terminal], [], [], max(0, until - time.monotonic()))[0]:
            try:
                chunk = os.read(terminal, 4096)
            except OSError:  # Linux says so where there is nobody left at the other end.
                chunk = b""
            if not chunk:
                return printed.decode(errors="replace").replace("\r\n", "\n")
            printed += chunk
            question = _QUESTION.search(printed[answered:].decode(errors="replace"))
            if question:
                os.write(terminal, f"{question.group(2) or 'y'}\n".encode())
                answered = len(printed)
        raise AssertionError(f"it goes on for more than {self.patience} s:\n{printed.decode()}")
