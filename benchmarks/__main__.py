"""Measure synthesis: `make bench`, or `python -m benchmarks --rounds 9 --json`."""

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

import bindings
from benchmarks import figures
from benchmarks.figures import Comparison, Size
from benchmarks.process import Run, measure
from benchmarks.report import Report
from config import chosen

_COPIES = (1, 5, 20)
_progress = Console(stderr=True)


def compare(rounds: int, folder: Path) -> Comparison:
    """Synthesize an environment with the levers and without, in turn, after a warm-up of both."""
    levers, stock = folder / "levers", folder / "stock"
    runs: dict[Path, list[Run]] = {levers: [], stock: []}
    for turn in range(rounds + 1):
        _progress.print(f"levers and stock: round {turn} of {rounds}")
        for output, measured in runs.items():
            switch = {bindings.STOCK_SWITCH: "1" if output is stock else ""}
            run = _measure([sys.executable, "main.py"], output, **switch)
            if turn > 0:
                measured.append(run)
    return Comparison(runs[levers], runs[stock], _stacks(levers) == _stacks(stock))


def grow(rounds: int, folder: Path, resources: int) -> tuple[list[Size], dict[str, float]]:
    """Synthesize copies of an environment in one app, and time the phases of a single one."""
    runs: dict[int, list[Run]] = {copies: [] for copies in _COPIES}
    for turn in range(rounds):
        _progress.print(f"copies of the platform: round {turn + 1} of {rounds}")
        for copies in _COPIES:
            subject = [sys.executable, "-m", "benchmarks.subject", str(copies)]
            runs[copies].append(_measure(subject, folder / str(copies)))
    sizes = [Size(copies, copies * resources, runs[copies]) for copies in _COPIES]
    return sizes, figures.phases([_phases(run) for run in runs[1]])


def _phases(run: Run) -> dict[str, float]:
    """The phases that the subject reports, and what the process took after them."""
    phases: dict[str, float] = json.loads(run.output)
    return {**phases, "end of Python and Node": run.seconds - sum(phases.values())}


def _measure(command: Sequence[str], output: Path, **environ: str) -> Run:
    started = str(time.time())
    common = {"APP_ENV": chosen(), "CDKTF_OUTDIR": str(output), "STARTED": started}
    return measure(command, {**common, **environ})


def _stacks(output: Path) -> dict[str, bytes]:
    return {file.parent.name: file.read_bytes() for file in output.glob("stacks/*/cdk.tf.json")}


def _resources(output: Path) -> int:
    declared = (json.loads(stack).get("resource", {}) for stack in _stacks(output).values())
    return sum(len(each) for resources in declared for each in resources.values())


def main() -> None:
    """Measure, and print tables or JSON."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--rounds", type=int, default=5, help="runs of each kind (default: 5)")
    parser.add_argument("--json", action="store_true", help="print JSON for machines")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        comparison = compare(options.rounds, Path(folder))
        resources = _resources(Path(folder, "levers"))
        sizes, phases = grow(options.rounds, Path(folder), resources)
    report = Report(comparison, phases, sizes)
    if options.json:
        print(json.dumps(report.to_json(), indent=2))
    else:
        report.print(Console())


if __name__ == "__main__":
    main()
