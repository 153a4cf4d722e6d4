"""Measures how much longer a rehearsal takes on a strict account than on a lenient one.

`python -m benchmarks.rehearsal --rounds 3 --json`
"""

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from statistics import median
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from benchmarks.process import Run, measure

# How much longer a rehearsal may take, and how much more memory the emulator.
MOST_TIMES, MOST_MIB = 1.1, 300
_EMULATOR = "automation.emulator.server"
_INTERVAL_SECONDS = 0.2
_progress = Console(stderr=True)


@dataclass(frozen=True)
class Cost:
    """The medians of rehearsals, and of the emulator's memory and processor time in them."""

    seconds: float
    peak_mib: float
    cpu_seconds: float


def rehearse(environment: str, *options: str) -> Run:
    """Rehearse once; raises `RuntimeError` when that fails."""
    command = [sys.executable, "-m", "automation", "rehearse", "--env", environment, "--json"]
    return measure([*command, *options], {}, of=_EMULATOR, interval=_INTERVAL_SECONDS)


def costs(rounds: int, environment: str) -> tuple[Cost, Cost]:
    """Of a strict account and of a lenient one, in turn."""
    runs: dict[str, list[Run]] = {"strict": [], "lenient": []}
    for turn in range(rounds):
        for account, measured in runs.items():
            _progress.print(f"{account}: round {turn + 1} of {rounds}")
            options = ["--lenient"] if account == "lenient" else []
            measured.append(rehearse(environment, *options))
    return cost(runs["strict"]), cost(runs["lenient"])


def cost(runs: Sequence[Run]) -> Cost:
    """The medians; memory and processor time are 0 where the system does not tell."""
    return Cost(
        median(run.seconds for run in runs),
        median(run.peak_mib or 0 for run in runs),
        median(run.cpu_seconds or 0 for run in runs),
    )


def to_json(strict: Cost, lenient: Cost) -> dict[str, Any]:
    """All of it, with what the one costs more than the other."""
    return {
        "strict": asdict(strict),
        "lenient": asdict(lenient),
        "times": strict.seconds / lenient.seconds,
        "more_cpu_seconds": strict.cpu_seconds - lenient.cpu_seconds,
        "more_mib": strict.peak_mib - lenient.peak_mib,
        "most_times": MOST_TIMES,
        "most_mib": MOST_MIB,
    }


def show(strict: Cost, lenient: Cost, console: Console) -> None:
    """Print a table, and what is allowed."""
    table = Table(box=SIMPLE_HEAD)
    for column in ("account", "rehearsal s", "emulator CPU s", "emulator MiB"):
        table.add_column(column, justify="left" if column == "account" else "right")
    for name, each in (("strict", strict), ("lenient", lenient)):
        figures = f"{each.seconds:.1f}", f"{each.cpu_seconds:.1f}", f"{each.peak_mib:.0f}"
        table.add_row(name, *figures)
    console.print(table)
    times, more = strict.seconds / lenient.seconds, strict.peak_mib - lenient.peak_mib
    console.print(
        f"strict takes {times:.2f} times as long (at most {MOST_TIMES}), and {more:.0f} MiB more "
        f"(at most {MOST_MIB})",
        highlight=False,
    )


def main() -> None:
    """Measure, and print a table or JSON."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.rehearsal", description=__doc__)
    parser.add_argument("--rounds", type=int, default=3, help="rehearsals of each (default: 3)")
    parser.add_argument("--env", default="dev", help="which environment (default: dev)")
    parser.add_argument("--json", action="store_true", help="print JSON for machines")
    options = parser.parse_args()
    strict, lenient = costs(options.rounds, options.env)
    if options.json:
        print(json.dumps(to_json(strict, lenient), indent=2))
    else:
        show(strict, lenient, Console())


if __name__ == "__main__":
    main()
