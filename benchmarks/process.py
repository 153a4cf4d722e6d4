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
    """One run of a program: time, memory, processor time and what it printed.

    Memory is the sum of the peak of each process; both are None where the system has no /proc.
    """

    seconds: float
    peak_mib: float | None
    cpu_seconds: float | None
    output: str


def measure(
    command: Sequence[str],
    environ: Mapping[str, str],
    *,
    of: str = "",
    interval: float = _INTERVAL_SECONDS,
) -> Run:
    """Run a program to its end; raises `RuntimeError` when it fails.

    Memory and processor time are those of the processes whose command line has `of` in it.
    """
    start = time.perf_counter()
    process = subprocess.Popen(  # noqa: S603
        command,
        cwd=PROJECT,
        env={**os.environ, **environ},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    watch = _Watch(process.pid, of, interval)
    watch.start()
    output, complaint = process.communicate()
    seconds = time.perf_counter() - start
    watch.stop()
    if process.returncode != 0:
        raise RuntimeError(f"{' '.join(command)} failed:\n{complaint}")
    return Run(seconds, watch.peak_mib, watch.cpu_seconds, output)


class _Watch(threading.Thread):
    """Watches a process and its descendants.

    The kernel itself keeps each process's peak, so that no peak falls between two looks.
    """

    def __init__(self, pid: int, of: str, interval: float) -> None:
        super().__init__(daemon=True)
        self._pid = pid
        self._of = of
        self._interval = interval
        self._peaks: dict[int, int] = {}
        self._seconds: dict[int, float] = {}
        self._ended = threading.Event()

    def run(self) -> None:
        while not self._ended.wait(self._interval):
            for pid in _family(self._pid):
                if self._of in _read(_PROC / str(pid) / "cmdline").replace("\0", " "):
                    self._peaks[pid] = max(_peak_kib(pid), self._peaks.get(pid, 0))
                    self._seconds[pid] = max(_cpu_seconds(pid), self._seconds.get(pid, 0))

    def stop(self) -> None:
        """End the watch."""
        self._ended.set()
        self.join()

    @property
    def peak_mib(self) -> float | None:
        """The peaks of all processes that were seen, added up."""
        return sum(self._peaks.values()) / 1024 if _PROC.is_dir() else None

    @property
    def cpu_seconds(self) -> float | None:
        """What they had used of the processors when they were last seen, added up."""
        return sum(self._seconds.values()) if _PROC.is_dir() else None


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


def _cpu_seconds(pid: int) -> float:
    """In user and kernel mode: https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html."""
    fields = _read(_PROC / str(pid) / "stat").rpartition(")")[2].split()
    ticks = sum(map(int, fields[11:13]))
    return ticks / os.sysconf("SC_CLK_TCK")


def _read(file: Path) -> str:
    try:
        return file.read_text(encoding="ascii", errors="replace")
    except OSError:  # the process has ended
        return ""
