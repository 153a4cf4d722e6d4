"""Renews the recorded calls: `python -m tests.automation.emulator.recording CALLS...`.

It deploys, checks, changes and destroys dev as the workflows' roles, boots instances as theirs,
and adds what emulators of rehearsals wrote down
(`.terrace/rehearsal/<environment>/emulator/calls.jsonl`).
"""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from automation.rehearse.account import (
    emulator_of,
    role_of,
    start_account,
    terraform_environment,
)
from config import load
from config.application import PROCESS_ROLES
from tests.automation.emulator.recorded import NEEDS, REQUESTS, read

ENVIRONMENTS = Path(__file__).parents[2] / "environments"


def renew(files: Iterable[Path]) -> None:
    """Write both files anew."""
    entries = [entry for file in files for entry in read(file)]
    fullest: dict[tuple[str, str], Mapping[str, Any]] = {}
    for entry in entries:
        key = entry["service"], entry["name"]
        size = len(json.dumps(entry["parameters"]))
        accepted = entry["status"] < 400 and "needs" in entry
        if accepted and size > len(json.dumps(fullest.get(key, {}).get("parameters"))):
            fullest[key] = entry
    names = ("service", "name", "region", "parameters")
    _write(REQUESTS, ({name: each[name] for name in names} for _, each in sorted(fullest.items())))
    _write(NEEDS, _distinct(entries))


def _distinct(entries: Iterable[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    seen = set()
    for entry in entries:
        role = entry["principal"].rpartition("-")[2]
        # Tests have instances and their processes ask what they may not.
        if role in ("application", *PROCESS_ROLES) and entry["status"] >= 400:
            continue
        for need in entry.get("needs", ()):
            keys = [need["context"].get(each) for each in ("kms:ResourceAliases", "kms:ViaService")]
            keys.append("s3:if-match" in need["context"])
            key = role, need["action"], _form(need["resource"]), str(keys)
            if key not in seen:
                seen.add(key)
                yield {"role": role, "need": need}


def _form(arn: str) -> str:
    """What kind of resource of whose it is: without ids and the rest of a name.

    Objects are told by their first folders, as rights to them are.
    """
    start, _, name = arn.rpartition(":")
    if start.endswith(":secret"):
        # What Secrets Manager appends.
        name = name.rpartition("-")[0]
    parts = name.split("/")[: 2 if start == "arn:aws:s3::" else 1]
    return f"{start}:{'/'.join(each[:24] for each in parts)}"


def _write(path: Path, entries: Iterable[Mapping[str, Any]]) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_text("".join(json.dumps(each) + "\n" for each in entries), encoding="utf-8")


def lifecycle(folder: Path) -> Path:
    """Deploy, check, change and destroy dev by the commands; the calls that they made."""
    settings = load("dev")
    changed = folder / "environments"
    changed.mkdir()
    text = (ENVIRONMENTS / "dev.toml").read_text(encoding="utf-8")
    (changed / "dev.toml").write_text(text.replace('"platform"', '"payments"'), encoding="utf-8")
    emulator = emulator_of(settings, folder / "emulator")
    start_account(emulator, settings)
    try:
        for role, command, environments in _STEPS:
            places = {"old": ENVIRONMENTS, "new": changed}
            environ = {
                **terraform_environment(emulator, os.environ),
                **role_of(emulator, settings, role),
                "APP_ENVIRONMENTS": str(places[environments]),
            }
            print(role, command, environments, flush=True)
            arguments = [sys.executable, "-m", "automation", *command.split(), "--env", "dev"]
            subprocess.run(arguments, env=environ, check=True)  # noqa: S603
        return emulator.calls
    finally:
        emulator.stop()


_STEPS = (
    ("plan", "preflight", "old"),
    ("plan", "plan", "old"),
    ("deploy", "deploy --yes", "old"),
    ("plan", "verify", "old"),
    ("plan", "status", "old"),
    ("plan", "drift", "old"),
    ("plan", "plan", "new"),
    ("deploy", "deploy --yes", "new"),
    ("deploy", "release --yes", "new"),
    ("deploy", "destroy --confirm dev-349081", "new"),
)


def boots(folder: Path) -> list[Path]:
    """The calls of instances, which the tests boot."""
    tests = [f"tests/modules/application/boot/test_{each}.py" for each in ("boot", "identities")]
    command = [sys.executable, "-m", "pytest", *tests, f"--basetemp={folder}"]
    subprocess.run(command, check=True)  # noqa: S603
    return [each for each in folder.rglob("calls.jsonl") if not each.parent.is_symlink()]


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        given = map(Path, sys.argv[1:])
        renew([*given, *boots(folder / "boots"), lifecycle(folder)])
