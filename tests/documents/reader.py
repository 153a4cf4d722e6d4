"""Somebody who types what a document says, at a terminal."""

import fcntl
import os
import pty
import re
import select
import struct
import termios
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tests.documents.pages import Command

WIDTH = 100
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
        environ = {**self.environ, "KEPT": str(self.kept), "TERM": "dumb", "COLUMNS": str(WIDTH)}
        process, terminal = pty.fork()
        if process == 0:
            os.chdir(self.folder)
            os.execvpe("bash", ["bash", "-c", f"{resume}\n{text}\n{_KEEP}"], environ)  # noqa: S606, S607
        fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 50, WIDTH, 0, 0))
        try:
            printed = self._listen(terminal)
        finally:
            os.close(terminal)
        _, status = os.waitpid(process, 0)
        return printed, os.waitstatus_to_exitcode(status)

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
