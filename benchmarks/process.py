"""Run a program and measure it together with every process that it starts."""

import os
import subprocess
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

PROJECT = Path(__file__).parent.parent
_INTERVAL_SECONDS = 0.02
_PROC = Path("/proc")


@dataclass(frozen=True)
class Run:
    """One run of a program: time, memory and what it printed."""

    seconds: float
    # Sum of the peak of each process; None where the system has no /proc.
    peak_mib: float | None
    output: str


def measure(command: Sequence[str], environ: Mapping[str, str]) -> Run:
    """Run a program to its end; raises `RuntimeError` when it fails."""
    start = time.perf_counter()
    process = subprocess.Popen(  # noqa: S603
        command,
        cwd=PROJECT,
        env={**os.environ, **environ},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    memory = _Memory(process.pid)
    memory.start()
    output, complaint = process.communicate()
    seconds = time.perf_counter() - start
    memory.stop()
    if process.returncode != 0:
        raise RuntimeError(f"{' '.join(command)} failed:\n{complaint}")
    return Run(seconds, memory.peak_mib, output)


class _Memory(threading.Thread):
    """Watches a process and its descendants.

    The kernel itself keeps each process's peak, so that no peak falls between two looks.
    """

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self._pid = pid
        self._peaks: dict[int, int] = {}
        self._ended = threading.Event()

    def run(self) -> None:
        while not self._ended.wait(_INTERVAL_SECONDS):
            for pid in _family(self._pid):
                self._peaks[pid] = max(_peak_kib(pid), self._peaks.get(pid, 0))

    def stop(self) -> None:
        """End the watch."""
        self._ended.set()
        self.join()

    @property
    def peak_mib(self) -> float | None:
        """The peaks of all processes that were seen, added up."""
        return sum(self._peaks.values()) / 1024 if _PROC.is_dir() else None


def _family(pid: int) -> Iterator[int]:
    yield pid
    for children in (_PROC / str(pid) / "task").glob("*/children"):
        for child in _read(children).split():
            yield from _family(int(child))


def _peak_kib(pid: int) -> int:
    for line in _read(_PROC / str(pid) / "status").splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1])
    return 0


def _read(file: Path) -> str:
    try:
        return file.read_text(encoding="ascii", errors="replace")
    except OSError:  # the process has ended
        return ""
