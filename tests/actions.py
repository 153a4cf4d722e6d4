"""Runs the workflows as GitHub does, as far as they need it: jobs in order, by their conditions.

Each job has a machine of its own, with nothing but the checkout and what it downloads. What runs
there are the steps' own scripts; of actions, what they stand for.
"""

import re
import shutil
import subprocess
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from tests.processes import PROJECT

Content = dict[str, Any]
_EXPRESSION = re.compile(r"\$\{\{(.*?)\}\}", re.DOTALL)
_TOKEN = re.compile(r"'[^']*'|[\w.-]+\(?|&&|\|\||[!=]=|[!)(,]")
_PYTHON = {"&&": "and", "||": "or", "!": "not", "true": "True", "false": "False"}
_STATUS = ("success(", "failure(", "cancelled(", "always(")


def read(name: str) -> Content:
    """A workflow of this repository."""
    text = (PROJECT / ".github" / "workflows" / name).read_text(encoding="utf-8")
    # YAML 1.1 takes `on` for true.
    content: Content = yaml.safe_load(re.sub(r"^on:", '"on":', text, flags=re.MULTILINE))
    return content


workflow = cache(read)


def jobs(name: str) -> Content:
    found: Content = workflow(name)["jobs"]
    return found


def steps(name: str) -> Iterator[Content]:
    for job in jobs(name).values():
        yield from job.get("steps", [])


def commands(name: str) -> list[list[str]]:
    """What is run of `python -m automation`, as words."""
    text = "\n".join(step.get("run", "") for step in steps(name))
    return [line.split() for line in re.findall(r"-m automation (.+)", text)]


def evaluate(expression: str, context: Mapping[str, Any], **functions: Callable[..., Any]) -> Any:
    """The value of an expression; what nobody has set is empty.

    https://docs.github.com/actions/reference/workflows-and-actions/expressions
    """

    def look_up(path: str) -> Any:
        value: Any = context
        for name in path.split("."):
            value = value.get(name, "") if isinstance(value, Mapping) else ""
        return value

    def translated(token: str) -> str:
        if token.endswith("(") and token != "(":
            return f"functions[{token[:-1]!r}]("
        if token[0].isalpha() and token not in _PYTHON:
            return f"look_up({token!r})"
        return _PYTHON.get(token, token)

    assert not _TOKEN.sub("", expression).strip(), expression
    python = " ".join(translated(each) for each in _TOKEN.findall(expression))
    return eval(python, {"functions": functions, "look_up": look_up})  # noqa: S307


def filled(value: Any, context: Mapping[str, Any]) -> Any:
    """A value with its expressions replaced by what they are."""
    if isinstance(value, Mapping):
        return {name: filled(each, context) for name, each in value.items()}
    if not isinstance(value, str):
        return value
    return _EXPRESSION.sub(lambda found: str(evaluate(found[1], context)), value)


@dataclass
class Job:
    """What came of a job; as the contexts `needs` and `jobs` have it."""

    result: str
    outputs: Mapping[str, str] = field(default_factory=dict)

    @property
    def context(self) -> Content:
        return {"result": self.result, "outputs": self.outputs}


@dataclass
class GitHub:
    """A repository on GitHub: its machines, variables, secrets, and those who agree to jobs."""

    folder: Path
    check_out: Callable[[Path], None]
    """Makes a checkout in a folder, with what is installed there."""
    sign: Callable[[str, str], Mapping[str, str]]
    """The variables by which commands sign as a role, which is given to a subject."""
    environ: Mapping[str, str]
    agree: Callable[[str], None]
    """Hears of each job that waits for those who protect a GitHub environment."""
    variables: Mapping[str, str]
    secrets: Mapping[str, str]
    event: str = "push"
    ref: str = "refs/heads/main"
    ran: list[str] = field(default_factory=list)
    """The jobs that ran, callers first."""
    said: str = ""
    """What the step that failed has printed."""

    def run(self, name: str) -> Job:
        """A workflow that an event starts."""
        return self._run(name, {}, self.secrets, "")

    def _run(self, name: str, inputs: Content, secrets: Mapping[str, str], caller: str) -> Job:
        content = read(name)
        github = {"event_name": self.event, "ref": self.ref}
        common = {"github": github, "vars": self.variables, "inputs": inputs, "secrets": secrets}
        jobs: dict[str, Job] = {}
        before: dict[str, set[str]] = {}
        for id_, job in content["jobs"].items():
            needs = job.get("needs", [])
            needs = {needs} if isinstance(needs, str) else set(needs)
            before[id_] = needs.union(*(before[each] for each in needs))
            results = {jobs[each].result for each in before[id_]}
            context = {**common, "needs": {each: jobs[each].context for each in needs}}
            if not _applies(job.get("if", ""), context, results):
                jobs[id_] = Job("skipped")
                continue
            self.ran.append(f"{caller}{id_}")
            if "uses" in job:
                handed = filled(job.get("secrets", {}), context)
                given = filled(job.get("with", {}), context)
                called = Path(job["uses"]).name
                jobs[id_] = self._run(called, given, handed, f"{caller}{id_}/")
            else:
                jobs[id_] = self._work(f"{caller}{id_}", job, context)
        result = "failure" if "failure" in {each.result for each in jobs.values()} else "success"
        wanted = (content["on"].get("workflow_call") or {}).get("outputs", {})
        context = {"jobs": {id_: each.context for id_, each in jobs.items()}}
        return Job(result, {each: filled(wanted[each]["value"], context) for each in wanted})

    def _work(self, name: str, job: Content, context: Content) -> Job:
        machine = self.folder / "machines" / f"{len(self.ran)}"
        self.check_out(machine)
        subject = f"ref:{self.ref}"
        if environment := filled(job.get("environment", ""), context):
            self.agree(environment)
            subject = f"environment:{environment}"
        environ = {**self.environ, **filled(job.get("env", {}), context)}
        steps: dict[str, Content] = {}
        context = {**context, "steps": steps}
        result = "success"
        for step in job["steps"]:
            if not _applies(step.get("if", ""), context, {result}, machine):
                continue
            options = filled(step.get("with", {}), context)
            if "run" in step:
                own = {**environ, **filled(step.get("env", {}), context)}
                ok, outputs = self._script(f"{name}: {step['run']}", step["run"], machine, own)
                steps[step.get("id", "")] = {"outputs": outputs}
                result = result if ok else "failure"
                continue
            action = step["uses"].split("@")[0]
            if action == "aws-actions/configure-aws-credentials":
                environ |= self.sign(options["role-to-assume"], subject)
                environ["AWS_REGION"] = options["aws-region"]
            elif action == "actions/upload-artifact":
                self._upload(machine / options["path"], options["name"])
            elif action == "actions/download-artifact":
                kept = self.folder / "artifacts" / options["name"]
                shutil.copytree(kept, machine, dirs_exist_ok=True)
            else:
                assert action in _INSTALLED, action
        return Job(result, filled(job.get("outputs", {}), context))

    def _script(
        self, name: str, script: str, machine: Path, environ: Mapping[str, str]
    ) -> tuple[bool, Mapping[str, str]]:
        if script == "make setup":
            return True, {}
        written = machine / ".git" / "output"
        written.write_text("", encoding="utf-8")
        finished = subprocess.run(  # noqa: S603
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script],  # noqa: S607
            cwd=machine,
            env={
                **environ,
                "GITHUB_OUTPUT": str(written),
                "GITHUB_STEP_SUMMARY": str(self.folder / "summary.md"),
            },
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        if finished.returncode:
            self.said += f"{name}\n{finished.stdout}"
        lines = written.read_text(encoding="utf-8").splitlines()
        return finished.returncode == 0, dict(line.split("=", 1) for line in lines)

    def _upload(self, path: Path, name: str) -> None:
        """A name is taken once in a run, and what is uploaded has to be there."""
        kept = self.folder / "artifacts" / name
        assert path.exists(), path
        kept.mkdir(parents=True)
        if path.is_dir():
            shutil.copytree(path, kept, dirs_exist_ok=True)
        else:
            shutil.copy(path, kept)


# Machines have what these would install.
_INSTALLED = ("actions/checkout", "actions/setup-python", "hashicorp/setup-terraform")


def _applies(
    condition: str, context: Content, results: Iterable[str], machine: Path | None = None
) -> bool:
    """Whether a job or a step runs; without a word about that, after success alone."""
    found = set(results)
    expression = _EXPRESSION.sub(lambda each: each[1], condition)
    if not any(each in expression for each in _STATUS):
        expression = f"success() && ({expression or 'true'})"

    def hash_files(pattern: str) -> str:
        return "some" if machine and any(machine.glob(pattern)) else ""

    return bool(
        evaluate(
            expression,
            context,
            success=lambda: found <= {"success"},
            failure=lambda: "failure" in found,
            cancelled=lambda: False,
            hashFiles=hash_files,
        )
    )
