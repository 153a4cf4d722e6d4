"""Installs the program `terrace` into this Python environment: `python -m automation.entry_point`.

It runs this project's own folder: nothing is copied.
"""

import shlex
import sys
import sysconfig
from collections.abc import Mapping
from pathlib import Path

PROJECT = Path(__file__).parent.parent
NAME = "terrace"
_SCRIPT = """\
#!/bin/sh
exec {python} {folder} "$@"
"""


def install(paths: Mapping[str, str], *, python: Path, project: Path = PROJECT) -> Path:
    """Write the program, and what has `python -m automation` work in any folder; the program."""
    # As Python reads it: https://docs.python.org/3/library/site.html
    (Path(paths["purelib"]) / f"{NAME}.pth").write_text(f"{project}\n", encoding="utf-8")
    script = Path(paths["scripts"]) / NAME
    folder = shlex.quote(str(project / "automation"))
    script.write_text(
        _SCRIPT.format(python=shlex.quote(str(python)), folder=folder), encoding="utf-8"
    )
    script.chmod(0o755)
    return script


if __name__ == "__main__":
    install(sysconfig.get_paths(), python=Path(sys.executable))
