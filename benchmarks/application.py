"""Throughput of the sample application, database included, next to its bare framework's.

`python -m benchmarks.application --seconds 10 --rounds 5 --json`; needs wrk and MariaDB.
"""

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.parse
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from artifact import procfile
from automation import PROJECT
from automation.app.command import ACCOUNT, REGION
from automation.app.database import HOST, MariaDb, free_port
from automation.app.processes import shell
from automation.app.surroundings import environment, store_secret
from automation.emulator import Emulator

_APP = PROJECT / "examples" / "guestbook"
_MESSAGES = 40
_CORES = len(os.sched_getaffinity(0))
_progress = Console(stderr=True)


@dataclass(frozen=True)
class Sample:
    """What wrk measured: requests a second, and milliseconds of half and of nearly all of them."""

    rate: float
    p50: float
    p99: float


def read(output: str) -> Sample:
    """Parse what wrk prints; raises `RuntimeError` when requests failed."""
    failed = re.search(r"Non-2xx or 3xx responses: \d+|Socket errors: .*", output)
    if failed:
        raise RuntimeError(failed[0])
    rate = re.search(r"Requests/sec:\s+([\d.]+)", output)
    if rate is None:
        raise RuntimeError(output)
    return Sample(float(rate[1]), _latency(output, 50), _latency(output, 99))


def _latency(output: str, percent: int) -> float:
    found = re.search(rf"{percent}%\s+([\d.]+)(us|ms|s)\b", output)
    if found is None:
        raise RuntimeError(output)
    return float(found[1]) * {"us": 0.001, "ms": 1, "s": 1000}[found[2]]


def medians(samples: Sequence[Sample]) -> Sample:
    """The median of each figure."""
    return Sample(*(median(getattr(each, name) for each in samples) for name in vars(samples[0])))


@contextmanager
def serving(command: Sequence[str], folder: Path, environ: Mapping[str, str]) -> Iterator[str]:
    """A web server, by its address, for as long as the context lasts."""
    port = free_port()
    given = {**environ, "PORT": str(port)}
    process = subprocess.Popen(  # noqa: S603
        [part.replace("$PORT", str(port)) for part in command],
        cwd=folder,
        env=given,
        stdout=subprocess.DEVNULL,
    )
    url = f"http://{HOST}:{port}/"
    try:
        _wait(url)
        yield url
    finally:
        process.terminate()
        process.wait()


def _wait(url: str) -> None:
    deadline = time.monotonic() + 60
    while True:
        try:
            urllib.request.urlopen(url).read()  # noqa: S310
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)
        else:
            return


@contextmanager
def sample_application(folder: Path) -> Iterator[str]:
    """The guest book with some messages, on a MariaDB of its own."""
    commands = procfile.read(_APP)
    emulated = Emulator(account_id=ACCOUNT, region=REGION, workspace=folder)
    with MariaDb(folder / "mariadb") as database, emulated as emulator:
        arn = store_secret(emulator, database.access)
        environ = environment(
            emulator,
            database.access,
            secret_arn=arn,
            port=1,
            programs=(Path(sys.executable).parent,),
        )
        release = shell(commands["release"])
        subprocess.run(release, cwd=_APP, env=environ, check=True, capture_output=True)  # noqa: S603
        with serving(shell(commands["web"]), _APP, environ) as url:
            for number in range(_MESSAGES):
                _sign(url, number)
            yield url


def _sign(url: str, number: int) -> None:
    text = f"Message {number}. " + "It has some words, as messages have. " * 3
    body = urllib.parse.urlencode({"name": f"Visitor {number}", "message": text}).encode()
    request = urllib.request.Request(url, body, {"Origin": url.rstrip("/")})  # noqa: S310
    urllib.request.urlopen(request).read()  # noqa: S310


@contextmanager
def bare_framework() -> Iterator[str]:
    """The same server and framework, which answer with a constant page."""
    command = [sys.executable, "-m", "uvicorn", "benchmarks.bare:app", "--port", "$PORT"]
    command += ["--workers", str(_CORES), "--no-access-log", "--log-level", "error"]
    command += ["--http", "httptools", "--loop", "uvloop"]
    with serving(command, PROJECT, os.environ) as url:
        yield url


def compare(rounds: int, seconds: int, connections: int) -> Mapping[str, Sample]:
    """Each in turn, round after round, after a warm-up of all."""
    if not _APP.is_dir():
        sys.exit(f"{_APP} is missing: this measures the sample, and nothing else")
    wrk = shutil.which("wrk")
    if wrk is None:
        sys.exit("wrk is missing: install it (Debian: apt-get install wrk)")
    taken: dict[str, list[Sample]] = {}
    with (
        tempfile.TemporaryDirectory() as folder,
        sample_application(Path(folder)) as sample,
        bare_framework() as bare,
    ):
        urls = {
            "bare framework, constant page": bare,
            "sample: page with 20 messages": sample,
            "sample: /readyz, one query": f"{sample}readyz",
            "sample: /healthz, no query": f"{sample}healthz",
        }
        for turn in range(rounds + 1):
            for name, url in urls.items():
                _progress.print(f"round {turn} of {rounds}: {name}")
                command = [wrk, "-t1", f"-c{connections}", "--latency", url]
                command.append(f"-d{seconds if turn else 1}s")
                found = read(_output(command))
                if turn > 0:
                    taken.setdefault(name, []).append(found)
    return {name: medians(samples) for name, samples in taken.items()}


def _output(command: Sequence[str]) -> str:
    finished = subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603
    return finished.stdout


def show(found: Mapping[str, Sample], console: Console) -> None:
    """Print a table, with each rate as a share of the first one's."""
    table = Table(
        title=f"{_CORES} processors for wrk, the application and MariaDB", box=SIMPLE_HEAD
    )
    table.add_column("")
    for column in ("requests/s", "share", "p50 ms", "p99 ms"):
        table.add_column(column, justify="right")
    first = next(iter(found.values())).rate
    for name, each in found.items():
        share = f"{each.rate / first:.0%}"
        table.add_row(name, f"{each.rate:.0f}", share, f"{each.p50:.1f}", f"{each.p99:.1f}")
    console.print(table)


def main() -> None:
    """Measure, and print a table or JSON."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.application", description=__doc__)
    parser.add_argument("--rounds", type=int, default=3, help="runs of each kind (default: 3)")
    parser.add_argument("--seconds", type=int, default=8, help="of each run (default: 8)")
    parser.add_argument("--connections", type=int, default=32, help="at a time (default: 32)")
    parser.add_argument("--json", action="store_true", help="print JSON for machines")
    options = parser.parse_args()
    found = compare(options.rounds, options.seconds, options.connections)
    if options.json:
        print(json.dumps({name: vars(each) for name, each in found.items()}, indent=2))
    else:
        show(found, Console())


if __name__ == "__main__":
    main()
