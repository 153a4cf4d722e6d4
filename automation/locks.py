"""Renews lock files (`make lock`): each `requirements.txt` from the `requirements.in` beside it.

With `--pipfile`, the package index is taken out of `Pipfile.lock`: each user's pip decides it.
"""

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

from automation import PROJECT
from automation.errors import CommandError

SAMPLE = PROJECT / "examples" / "guestbook"
PIPFILE_LOCK = Path("Pipfile.lock")
SCANNERS = PROJECT / "automation" / "scan"
_SOURCE, _LOCK = "requirements.in", "requirements.txt"
# Versions and hashes, and no word on where they were found.
_OPTIONS = (
    *("--quiet", "--generate-hashes", "--strip-extras", "--no-header", "--no-annotate"),
    *("--no-emit-index-url", "--no-emit-find-links", "--no-emit-trusted-host"),
)


def renew(folder: Path, *options: str) -> None:
    """Lock what a folder names, unless it names nothing; raises `CommandError`."""
    if not (folder / _SOURCE).is_file():
        return
    command = [sys.executable, "-m", "piptools", "compile", *_OPTIONS, *options]
    finished = subprocess.run(  # noqa: S603
        [*command, f"--output-file={_LOCK}", _SOURCE],
        cwd=folder,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if finished.returncode != 0:
        raise CommandError(f"{folder / _SOURCE} cannot be locked:\n{finished.stderr.strip()}")


def renew_applications(folders: Iterable[Path]) -> None:
    """Lock applications; of the sample the versions are those that its tests run with here."""
    frozen = subprocess.check_output([sys.executable, "-m", "pip", "freeze"])
    with tempfile.NamedTemporaryFile(suffix=".txt") as versions:
        versions.write(frozen)
        versions.flush()
        for folder in folders:
            renew(folder, *([f"--constraint={versions.name}"] if folder == SAMPLE else []))


def main() -> int:
    """The exit code: 0; 1 when versions cannot be had; 2 when an environment is faulty."""
    # Where the Pipfile is locked for the first time, nothing is installed yet.
    from automation.synth.wheels import applications  # noqa: PLC0415

    asked = applications(["all"])
    try:
        renew(SCANNERS, "--allow-unsafe")
        renew_applications(dict.fromkeys((SAMPLE, *(each.directory for each in asked.found))))
    except CommandError as error:
        print(error, file=sys.stderr)
        return 1
    for fault in asked.faults:
        print(fault, file=sys.stderr)
    return 2 if asked.faults else 0


def without_index(lock: str) -> str:
    """The lock file's text, with versions and hashes but no word on where they were found."""
    content = json.loads(lock)
    content["_meta"]["sources"] = []
    for section in ("default", "develop"):
        for package in content[section].values():
            package.pop("index", None)
    return json.dumps(content, indent=4) + "\n"


if __name__ == "__main__":
    if sys.argv[1:] == ["--pipfile"]:
        PIPFILE_LOCK.write_text(without_index(PIPFILE_LOCK.read_text("utf-8")), encoding="utf-8")
    else:
        sys.exit(main())
