"""Installs packages as `dnf` does, as far as an instance uses them, below `SANDBOX`."""

import os
import sys
from pathlib import Path

ROOT = Path(os.environ["SANDBOX"])
AGENT = "opt/aws/amazon-cloudwatch-agent/bin/amazon-cloudwatch-agent-ctl"
# A program fails as often as it is told to, and says so.
FAILING = """#!/bin/sh
echo "$*" >>{root}/{name}.log
left=$(cat {root}/{name}.failures 2>/dev/null || echo 0)
[ "$left" = 0 ] || {{ echo $((left - 1)) >{root}/{name}.failures; echo unreachable; exit 1; }}
{command}
"""


def program(path: str, name: str, command: str) -> None:
    file = ROOT / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(FAILING.format(root=ROOT, name=name, command=command), encoding="utf-8")
    file.chmod(0o755)


def fails() -> bool:
    file = ROOT / "dnf.failures"
    left = int(file.read_text(encoding="utf-8")) if file.exists() else 0
    file.write_text(str(max(left - 1, 0)), encoding="utf-8")
    return left > 0


def main() -> int:
    assert sys.argv[1:4] == ["install", "--assumeyes", "--quiet"]
    if fails():
        print("Error: Failed to download metadata for repo 'amazonlinux'", file=sys.stderr)
        return 1
    for package in sys.argv[4:]:
        if package.startswith("python3"):
            program(f"stubs/{package}", package, f'exec {sys.executable} "$@"')
        elif package == "amazon-cloudwatch-agent":
            program(AGENT, "agent", "exit 0")
    return 0


if __name__ == "__main__":
    sys.exit(main())
