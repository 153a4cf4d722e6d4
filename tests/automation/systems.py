"""Machines of a kind: an `os-release`, and folders of programs that tell that they ran."""

import shutil
from pathlib import Path

import pytest

from automation import programs

RELEASES = {
    "Debian": "ID=debian\nNAME=Debian\n",
    "Raspbian": 'ID=raspbian\nID_LIKE="debian"\n',
    "Ubuntu": 'ID=ubuntu\nID_LIKE=debian\nNAME="Ubuntu"\n',
    "Mint": 'ID=linuxmint\nID_LIKE="ubuntu debian"\n',
    "Fedora": "ID=fedora\n",
    "Rocky": 'ID="rocky"\nID_LIKE="rhel centos fedora"\n',
    "RHEL": 'ID="rhel"\nID_LIKE="fedora"\n',
    "Arch": 'ID=arch\nNAME="Arch Linux"\n',
}
# What each package brings, as far as anything asks for it.
BRINGS = {
    "chromium-headless-shell": ("chromium-headless-shell",),
    "cloud-init": ("cloud-init",),
    "curl": ("curl",),
    "git": ("git",),
    "mariadb-server-core": ("mariadbd", "mariadb-install-db"),
    "mariadb-client-core": ("mariadb",),
    "systemd": ("systemd-analyze",),
}
APT_GET = """#!/bin/sh
echo "apt-get $*" >> "{log}"
case " $* " in *" update "*) exit {update};; esac
test "{fails}" = "" || {{ echo "reading" >&2; echo "{fails}" >&2; exit 100; }}
for name in "$@"; do for program in "{packages}/$name"/*; do
    test ! -f "$program" || cp "$program" "{bin}"
done; done
"""
SUDO = """#!/bin/sh
echo "sudo $*" >> "{log}"
test "$1" = -n || exit 1
shift
exec "$@"
"""


class Machine:
    """A system without any program, on which packages can be installed."""

    def __init__(self, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.bin = root / "bin"
        self._log = root / "log"
        self._root = root
        self._monkeypatch = monkeypatch
        self.bin.mkdir()
        monkeypatch.setenv("PATH", str(self.bin))
        monkeypatch.setattr(programs, "FOLDERS", ())
        monkeypatch.setattr(programs, "OS_RELEASE", root / "os-release")
        monkeypatch.setattr("platform.system", lambda: "Linux")
        for name in ("env", "sh", "cp"):
            (self.bin / name).symlink_to(shutil.which(name, path="/usr/bin:/bin") or "")
        for package, brought in BRINGS.items():
            for program in brought:
                self._script(root / "packages" / package / program, "#!/bin/sh\n")
        self.user(root=True, ci="")

    def is_(self, name: str) -> None:
        """Give it the `os-release` of a system; macOS has none."""
        if name == "macOS":
            self._monkeypatch.setattr("platform.system", lambda: "Darwin")
            return
        (self._root / "os-release").write_text(RELEASES[name], encoding="utf-8")

    def user(self, *, root: bool, ci: str) -> None:
        """Who runs things there, and whether that is in CI."""
        self._monkeypatch.setattr("os.geteuid", lambda: 0 if root else 1000)
        self._monkeypatch.setenv("CI", ci)

    def has(self, *names: str) -> None:
        """Put programs there."""
        for name in names:
            self._script(self.bin / name, "#!/bin/sh\n")

    def has_apt(self, *, update: int = 0, fails: str = "") -> None:
        """Put apt-get there, and sudo."""
        folder = self._root / "packages"
        answers = {"log": self._log, "packages": folder, "bin": self.bin}
        text = APT_GET.format(**answers, update=update, fails=fails)
        self._script(self.bin / "apt-get", text)
        self._script(self.bin / "sudo", SUDO.format(log=self._log))

    def ran(self) -> list[str]:
        """What was asked of apt-get and sudo."""
        return self._log.read_text(encoding="utf-8").splitlines() if self._log.exists() else []

    def provide(self, use: str) -> str | None:
        """What is wrong there for one of the keys of `NEEDS`."""
        return programs.provide(use, programs.system())

    @staticmethod
    def _script(file: Path, text: str) -> None:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
        file.chmod(0o755)
