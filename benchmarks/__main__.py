"""Measure synthesis: `make bench`, or `python -m benchmarks --rounds 5 --json`.

Exit code 0, 1 when a promise is not kept, 2 when something cannot be installed.
"""

import argparse
import json
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from benchmarks import figures
from benchmarks.contenders import TERRACE, Contender, everyone, stock_name
from benchmarks.counterparts import declared
from benchmarks.figures import Growth, Size
from benchmarks.process import Run
from benchmarks.report import Report
from bindings import framework
from bindings.framework import CDKTF, FrameworkError

COPIES = (1, 5, 20)
_progress = Console(stderr=True)
Runs = dict[tuple[str, int], list[Run]]


def take_turns(contenders: Sequence[Contender], rounds: int, folder: Path) -> Runs:
    """Each contender's runs by its name and the number of copies, after a warm-up of all."""
    runs: Runs = {}
    for each in contenders:
        _progress.print(f"warm-up: {each.name}")
        each.synthesize(COPIES[0], folder / each.name / str(COPIES[0]))
    for turn in range(rounds):
        for copies in COPIES:
            for each in contenders:
                _progress.print(f"round {turn + 1} of {rounds}: {each.name}, {copies} copies")
                run = each.synthesize(copies, folder / each.name / str(copies))
                runs.setdefault((each.name, copies), []).append(run)
    return runs


def compare(rounds: int, folder: Path) -> Report:
    """Install who is not here yet, and measure all in turn."""
    contenders, made = everyone(folder, _progress.print)
    ours = len(declared(folder / "platform"))
    runs = take_turns(contenders, rounds, folder)
    *frameworks, cdk = contenders
    resources = {**{each.name: ours for each in frameworks}, cdk.name: made.resources}
    growths = [
        Growth(
            name,
            [Size(copies, copies * number, runs[name, copies]) for copies in COPIES],
        )
        for name, number in resources.items()
    ]
    named = {each.name: each for each in growths}
    promises = figures.promises(growths[0], named[stock_name(CDKTF)], growths[-1])
    phases = figures.phases([_phases(run) for run in runs[TERRACE, COPIES[0]]])
    same = _stacks(folder / TERRACE) == _stacks(folder / stock_name(framework.chosen()))
    return Report(growths, promises, phases, made, same)


def _phases(run: Run) -> dict[str, float]:
    """The phases that the subject reports, and what the process took after them."""
    phases: dict[str, float] = json.loads(run.output)
    return {**phases, "end of Python and Node": run.seconds - sum(phases.values())}


def _stacks(output: Path) -> dict[str, bytes]:
    """What was synthesized of each number of copies."""
    files = output.glob("*/stacks/*/cdk.tf.json")
    return {str(file.relative_to(output)): file.read_bytes() for file in files}


def main() -> int:
    """Measure, and print tables or JSON."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--rounds", type=int, default=3, help="runs of each kind (default: 3)")
    parser.add_argument("--json", action="store_true", help="print JSON for machines")
    options = parser.parse_args()
    try:
        with tempfile.TemporaryDirectory() as folder:
            report = compare(options.rounds, Path(folder))
    except FrameworkError as error:
        print(error, file=sys.stderr)
        return 2
    if options.json:
        print(json.dumps(report.to_json(), indent=2))
    else:
        report.print(Console())
    return 0 if report.kept else 1


if __name__ == "__main__":
    sys.exit(main())
