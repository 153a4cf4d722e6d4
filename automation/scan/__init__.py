"""Runs checkov and parliament, which live in a Python environment of their own."""

import json
import os
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from automation import WORKSPACE
from automation.errors import CommandError, UserError
from automation.scan.document import Document, policies
from automation.scan.exceptions import Violation

PYTHON = WORKSPACE / "scanners" / "bin" / "python"
LINTER = Path(__file__).parent / "linter.py"
CHECKS = Path(__file__).parent / "checks"
# The file may have any name that ends so.
FILE = "main.tf.json"
CHECKOV = (
    "-m",
    "checkov.main",
    "--framework=terraform_json",
    "--output=json",
    "--compact",
    # Neither policies nor texts from checkov's platform: what a check says comes with the package.
    "--skip-download",
    f"--external-checks-dir={CHECKS}",
)
# Checkov also takes arguments from these variables, and from a file in its home or folder.
# https://www.checkov.io/2.Basics/CLI%20Command%20Reference.html
SETTINGS = ("BC_", "CHECKOV_", "CKV_", "PRISMA_")
# The linter's lists of thousands of actions help nobody.
LONGEST = 200


def check_installed(python: Path = PYTHON) -> None:
    """Raise `UserError` where `make` has not installed the scanners."""
    if not python.exists():
        raise UserError("the policy scanners are not installed: run make scan")


def checkov(documents: Sequence[Document], python: Path = PYTHON) -> Iterator[Violation]:
    """What checkov has against the environments, which are looked at in one run.

    Raises `CommandError` where it did not read all of them: it would find no failure there.
    """
    paths = {document.environment: document.paths for document in documents}
    with tempfile.TemporaryDirectory(prefix="terrace-") as folder:
        for document in documents:
            place = Path(folder) / document.environment
            place.mkdir()
            (place / FILE).write_text(json.dumps(document.content), encoding="utf-8")
        command = (*CHECKOV, "--directory", folder)
        results = _checked(_run("checkov", [python, *command], home=folder), set(paths))
    for failed in results:
        environment = _environment(failed)
        id_ = failed["resource"].rpartition(".")[2]
        resource = paths[environment].get(id_, failed["resource"])
        yield Violation(environment, resource, failed["check_id"], failed["check_name"])


def lint(documents: Sequence[Document], python: Path = PYTHON) -> Iterator[Violation]:
    """What parliament has against the policy documents of the environments."""
    for document in documents:
        given = [vars(policy) for policy in policies(document)]
        command = (python, "-W", "ignore", LINTER)
        answer = _run("parliament", command, given=json.dumps(given))
        for each in json.loads(answer):
            resource, says = document.paths[each["resource"]], _short(each["says"])
            yield Violation(document.environment, resource, each["check"], says)


def _run(
    name: str, command: Sequence[str | Path], *, home: str | None = None, given: str = ""
) -> str:
    """What a scanner answers; nothing but our own arguments decides what it looks at."""
    own = {key: value for key, value in os.environ.items() if not key.startswith(SETTINGS)}
    finished = subprocess.run(  # noqa: S603
        command,
        input=given,
        capture_output=True,
        text=True,
        check=False,
        cwd=home,
        env={**own, **({"HOME": home} if home else {}), "LOG_LEVEL": "ERROR"},
    )
    # Checkov ends with 1 when it has found something, and so would a crash.
    if not finished.stdout.strip():
        raise CommandError(f"{name} failed:\n{finished.stderr.strip()}")
    return finished.stdout


def _checked(answer: str, environments: set[str]) -> list[dict[str, Any]]:
    """The failed checks of an answer that says something about each environment."""
    try:
        report = json.loads(answer)
        summary, results = report["summary"], report["results"]
    except (ValueError, TypeError, KeyError) as error:
        raise CommandError(f"checkov looked at nothing: {answer.strip()[:LONGEST]}") from error
    read = {_environment(each) for each in results["passed_checks"]}
    if summary["parsing_errors"] or read != environments:
        unread = ", ".join(sorted(environments - read)) or "all that was synthesized"
        raise CommandError(f"checkov could not read {unread}")
    # A comment in a resource can skip a check, without a reviewer's reason.
    return [*results["failed_checks"], *results.get("skipped_checks", [])]


def _environment(record: dict[str, Any]) -> str:
    return Path(record["file_path"]).parent.name


def _short(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"
