"""Child processes of which none outlives the command, whatever ends it."""

import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path


class Processes:
    """The programs that run now, each in a process group of its own.

    So Ctrl-C in a terminal reaches this process alone, which passes it on once: a second one
    would make Terraform exit without saving what it has done.
    """

    def __init__(self) -> None:
        self._running: set[subprocess.Popen[str]] = set()
        self._lock = threading.Lock()
        self._stopping = threading.Event()

    def run(
        self,
        command: Sequence[str],
        *,
        folder: Path,
        environ: Mapping[str, str],
        on_line: Callable[[str], None],
    ) -> int:
        """Run a program to its end, and return its exit code; its errors are lines, too."""
        with self._lock:
            if self._stopping.is_set():
                return -signal.SIGINT
            process = self._start(command, folder, environ)
            self._running.add(process)
        reaper = threading.Thread(target=_reap, args=(process,))
        reaper.start()
        assert process.stdout is not None  # noqa: S101
        try:
            with process.stdout as lines:
                for line in lines:
                    on_line(line.rstrip("\n"))
        except BaseException:
            _signal(process, signal.SIGKILL)
            raise
        finally:
            reaper.join()
            with self._lock:
                self._running.discard(process)
        return process.returncode

    def pause(self, seconds: float) -> bool:
        """Wait, and whether there is anything to wait for: not once the programs were ended."""
        return not self._stopping.wait(seconds)

    def end(self, reason: BaseException) -> None:
        """End what runs: gently after Ctrl-C, and start nothing more."""
        if not isinstance(reason, KeyboardInterrupt):
            self._send(signal.SIGKILL)
            return
        self._send(signal.SIGINT)
        try:
            while self._running:
                time.sleep(0.1)
        except KeyboardInterrupt:
            self._send(signal.SIGKILL)

    def _send(self, number: signal.Signals) -> None:
        with self._lock:
            self._stopping.set()
            for process in self._running:
                _signal(process, number)

    @staticmethod
    def _start(
        command: Sequence[str], folder: Path, environ: Mapping[str, str]
    ) -> subprocess.Popen[str]:
        return subprocess.Popen(  # noqa: S603
            command,
            cwd=folder,
            env=environ,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
            errors="replace",
            start_new_session=True,
        )


def _reap(process: subprocess.Popen[str]) -> None:
    """Wait for a program, then end what it left: Terraform ends its providers if it can."""
    process.wait()
    _signal(process, signal.SIGKILL)


def _signal(process: subprocess.Popen[str], number: signal.Signals) -> None:
    """Signal the whole group for good, but to interrupt only the program, which tells its own."""
    try:
        if number is signal.SIGKILL:
            os.killpg(process.pid, number)
        else:
            process.send_signal(number)
    except (ProcessLookupError, PermissionError):
        pass
