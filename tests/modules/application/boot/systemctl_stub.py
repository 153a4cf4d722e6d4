"""Starts and stops units as `systemctl` does, by the unit files below `SANDBOX`."""

import os
import re
import shlex
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

ROOT = Path(os.environ["SANDBOX"])
OTHERS = ("rsyslog",)
BASE = {name: os.environ[name] for name in os.environ if name not in ("PORT",)}
# What the metadata service would tell: whoever does not reach it does not have it.
METADATA = "169.254.169.254"
OF_METADATA = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")


class Unit:
    def __init__(self, name: str) -> None:
        base, _, instance = name.removesuffix(".service").partition("@")
        file = f"{base}@.service" if instance else f"{base}.service"
        self.credentials = ROOT / "run/credentials" / name
        text = (ROOT / "etc/systemd/system" / file).read_text(encoding="utf-8")
        text = text.replace("%d", str(self.credentials))
        self.lines = re.findall(r"^(\w+)=(.*)$", text.replace("%i", instance), re.MULTILINE)
        self.pid = ROOT / f"{name}.pid"

    def values(self, key: str) -> list[str]:
        return [value for name, value in self.lines if name == key]

    def environment(self) -> dict[str, str]:
        pairs = [pair for each in self.values("Environment") for pair in shlex.split(each)]
        found = dict(pair.split("=", 1) for pair in pairs)
        for file in self.values("EnvironmentFile"):
            for line in Path(file).read_text(encoding="utf-8").splitlines():
                name, _, value = line.partition("=")
                # In double quotes, a backslash takes the meaning of what follows it.
                found[name] = re.sub(r'\\([\\"`$])', r"\1", value[1:-1])
        found["PATH"] = f"{ROOT}/stubs:{found.get('PATH', os.environ['PATH'])}"
        for kind, place in (("Runtime", "run"), ("State", "var/lib")):
            for name in self.values(f"{kind}Directory"):
                folder = ROOT / place / name
                folder.mkdir(parents=True, exist_ok=True)
                found[f"{kind.upper()}_DIRECTORY"] = str(folder)
        closed = any(METADATA in each.split() for each in self.values("IPAddressDeny"))
        around = {name: BASE[name] for name in BASE if not (closed and name in OF_METADATA)}
        return {**around, **found}

    def start(self) -> int:
        for wanted in (each for line in self.values("Wants") for each in line.split()):
            other = ROOT / "etc/systemd/system" / wanted
            if other.exists() and not (ROOT / f"{wanted}.pid").exists():
                Unit(wanted).start()
        for name, source in (each.split(":") for each in self.values("LoadCredential")):
            self.credentials.mkdir(parents=True, exist_ok=True)
            (self.credentials / name).write_bytes(Path(source).read_bytes())
        (command,) = self.values("ExecStart")
        process = self.run(command)
        if "forking" in self.values("Type"):
            assert process.wait(20) == 0
        if "oneshot" in self.values("Type"):
            seconds = int((self.values("TimeoutStartSec") or ["60"])[0])
            return self.over("exit-code" if process.wait(seconds) else "success")
        self.pid.write_text(str(process.pid))
        return 0

    def run(self, command: str, **environ: str) -> "subprocess.Popen[bytes]":
        (output,) = self.values("StandardOutput")
        with Path(output.removeprefix("append:")).open("a") as log:
            return subprocess.Popen(  # noqa: S603
                shlex.split(command),
                cwd=(self.values("WorkingDirectory") or ["/"])[0],
                env={**self.environment(), **environ},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def over(self, result: str) -> int:
        """What is done once it has ended."""
        for command in self.values("ExecStopPost"):
            self.run(command, SERVICE_RESULT=result).wait(60)
        return int(result == "exit-code")

    def stop(self) -> int:
        """As `KillMode=mixed` wants it: the first process is asked to end, later all are made to.

        Others that the first has left behind are not looked for here.
        """
        if self.pid.exists():
            first = int(self.pid.read_text())
            with suppress(ProcessLookupError):
                if "forking" in self.values("Type"):
                    os.killpg(first, signal.SIGTERM)
                os.kill(first, signal.SIGTERM)
                self.wait(first)
                os.killpg(first, signal.SIGKILL)
            self.pid.unlink()
        return 0

    def wait(self, pid: int) -> None:
        assert self.values("KillMode") == ["mixed"]
        deadline = time.monotonic() + int(self.values("TimeoutStopSec")[0])
        while time.monotonic() < deadline and runs(pid):
            time.sleep(0.02)


def runs(pid: int) -> bool:
    """Whether a process is there, and not only waits for somebody to ask how it ended."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2][0] != "Z"
    except FileNotFoundError:
        return False


def main() -> int:
    verb, *rest = sys.argv[1:]
    if verb == "show":
        # When a timer elapsed, in words as of systemd 252; nothing if it never did.
        *asked, timer = rest
        assert asked == ["--property=LastTriggerUSec", "--value"]
        elapsed = ROOT / f"{timer}.elapsed"
        print(elapsed.read_text() if elapsed.exists() else "")
        return 0
    names = [each for each in rest if each != "--now"]
    with (ROOT / "systemctl.log").open("a") as log:
        log.write(f"{' '.join(sys.argv[1:])}\n")
    assert verb in {"start", "stop", "enable", "disable"}
    assert verb in {"start", "stop"} or "--now" in rest
    for name in names:
        if name not in OTHERS and not name.endswith(".timer"):
            unit = Unit(name)
            code = unit.start() if verb in {"start", "enable"} else unit.stop()
            if code:
                print(f"Job for {name}.service failed.", file=sys.stderr)
                return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
