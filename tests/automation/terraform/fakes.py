"""A Terraform that plays a script, and a pool of stacks that it works on."""

import json
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from automation.terraform.pool import StackPool, StackRun
from automation.terraform.program import Terraform
from automation.terraform.providers import Installation
from automation.terraform.stacks import Graph, Stack
from tests.automation.consoles import Consoles

PROGRAM = """\
#!{python}
import json, pathlib, sys
folder, command = pathlib.Path.cwd(), sys.argv[1]
script = json.loads((folder.parent / "script.json").read_text())
calls = folder / "calls"
with calls.open("a") as file:
    file.write(command + "\\n")
number = calls.read_text().splitlines().count(command) - 1
answers = script.get(folder.name, {{}}).get(command, [])
lines, code = answers[number] if number < len(answers) else ([], 0)
print("\\n".join(map(json.dumps, lines)))
sys.exit(code)
"""
Answer = tuple[Sequence[Mapping[str, object]], int]
PASSED: Answer = ([], 0)


def failed(summary: str, detail: str = "") -> Answer:
    """The answer of a command that fails."""
    diagnostic = {"severity": "error", "summary": summary, "detail": detail}
    return [{"type": "diagnostic", "diagnostic": diagnostic}], 1


def planned(**intended: str) -> Answer:
    """The answer of a plan: actions by resource."""
    changes = [
        {
            "type": "planned_change",
            "change": {"resource": {"addr": f"aws_x.{name}"}, "action": action},
        }
        for name, action in intended.items()
    ]
    return changes, 2 if changes else 0


class Played:
    """A pool whose Terraform answers as the script says; each answer is given once."""

    def __init__(
        self, folder: Path, script: Mapping[str, Mapping[str, Sequence[Answer]]], graph: Graph
    ) -> None:
        self.graph = graph
        self._stacks = folder / "stacks"
        for name in graph:
            (self._stacks / name).mkdir(parents=True)
            (self._stacks / name / "cdk.tf.json").write_text("{}")
        (self._stacks / "script.json").write_text(json.dumps(script))
        program = folder / "terraform"
        program.write_text(PROGRAM.format(python=sys.executable))
        program.chmod(0o755)
        self.consoles = Consoles()
        self.pool = StackPool(
            [Stack(name, self._stacks / name / "cdk.tf.json") for name in graph],
            terraform=Terraform(str(program), "1.11.4", {"PATH": "/usr/bin:/bin"}),
            installation=Installation(folder, "", {}),
            workspace=folder / "data",
            console=self.consoles.progress,
        )

    def run(self, work: Callable[[StackRun], bool]) -> Mapping[str, StackRun]:
        return self.pool.run("Applying", self.graph, work)

    def calls(self, stack: str) -> list[str]:
        return (self._stacks / stack / "calls").read_text().split()
