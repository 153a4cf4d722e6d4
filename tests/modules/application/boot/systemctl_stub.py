"""Starts and stops units as `systemctl` does, by the unit files below `SANDBOX`."""

import os
import re
import shlex
import signal
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(os.environ["SANDBOX"])
OTHERS = ("rsyslog",)
BASE = {name: os.environ[name] for name in os.environ if name not in ("PORT",)}


class Unit:
    def __init__(self, name: str) -> None:
        base, _, instance = name.removesuffix(".service").partition("@")
        file = f"{base}@.service" if instance else f"{base}.service"
        text = (ROOT / "etc/systemd/system" / file).read_text(encoding="utf-8")
        self.lines = re.findall(r"^(\w+)=(.*)$", text.replace("%i", instance), re.MULTILINE)
        self.pid = ROOT / f"{name}.pid"

    def values(self, key: str) -> list[str]:
        return [value for name, value in self.lines if name == key]

    def environment(self) -> dict[str, str]:
        found = dict(each.split("=", 1) for each in self.values("Environment"))
        for file in self.values("EnvironmentFile"):
            for line in Path(file).read_text(encoding="utf-8").splitlines():
                name, _, value = line.partition("=")
                # In double quotes, a backslash takes the meaning of what follows it.
                found[name] = re.sub(r'\\([\\"`$])', r"\1", value[1:-1])
        found["PATH"] = f"{ROOT}/stubs:{found['PATH']}"
        for name in self.values("RuntimeDirectory"):
            folder = ROOT / "run" / name
            folder.mkdir(parents=True, exist_ok=True)
            found["RUNTIME_DIRECTORY"] = str(folder)
        return {**BASE, **found}

    def start(self) -> int:
        (command,) = self.values("ExecStart")
        (output,) = self.values("StandardOutput")
        with Path(output.removeprefix("append:")).open("a") as log:
            process = subprocess.Popen(  # noqa: S603
                shlex.split(command),
                cwd=self.values("WorkingDirectory")[0],
                env=self.environment(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        if "oneshot" in self.values("Type"):
            return process.wait(int(self.values("TimeoutStartSec")[0]))
        self.pid.write_text(str(process.pid))
        return 0

    def stop(self) -> int:
        if self.pid.exists():
            group = int(self.pid.read_text())
            os.killpg(group, signal.SIGTERM)
            time.sleep(0.3)
            self.pid.unlink()
        return 0


def main() -> int:
    verb, *rest = sys.argv[1:]
    names = [each for each in rest if each != "--now"]
    with (ROOT / "systemctl.log").open("a") as log:
        log.write(f"{' '.join(sys.argv[1:])}\n")
    assert verb in {"start", "stop", "enable", "disable"}
    assert verb in {"start", "stop"} or "--now" in rest
    for name in names:
        if name not in OTHERS:
            unit = Unit(name)
            code = unit.start() if verb in {"start", "enable"} else unit.stop()
            if code:
                print(f"Job for {name}.service failed.", file=sys.stderr)
                return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
