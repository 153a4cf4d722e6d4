import ast
import re
from pathlib import Path

import pytest

from automation import PROJECT, doctor, programs
from tests.automation.systems import Machine
from tests.processes import run
from tests.programs import absence

ALL = "chromium-headless-shell cloud-init curl git mariadb-server-core mariadb-client-core systemd"
PROGRAMS = (
    "chromium-headless-shell, cloud-init, curl, git, mariadbd, mariadb-install-db, mariadb, "
    "systemd-analyze"
)
APT = "apt-get -qq -o DPkg::Lock::Timeout=300"


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Machine:
    return Machine(tmp_path, monkeypatch)


def test_root_on_debian_gets_what_the_tests_need(
    machine: Machine, capsys: pytest.CaptureFixture[str]
) -> None:
    machine.is_("Debian")
    machine.has_apt()
    assert machine.provide("tests") is None
    assert capsys.readouterr().err == f"installing {ALL} for the tests\n"
    assert machine.ran() == [
        f"{APT} update",
        f"{APT} install -y --no-install-recommends {ALL}",
    ]
    assert machine.provide("tests") is None
    assert len(machine.ran()) == 2


def test_only_what_is_missing_is_installed(machine: Machine) -> None:
    machine.is_("Debian")
    machine.has_apt()
    # Another name of the same, and half of what is needed.
    machine.has("google-chrome", "curl", "git", "cloud-init", "systemd-analyze", "mariadb")
    assert machine.provide("tests") is None
    assert machine.ran()[1].endswith("recommends mariadb-server-core mariadb-client-core")


def test_the_application_needs_no_more_than_a_database(machine: Machine) -> None:
    machine.is_("Debian")
    machine.has_apt()
    assert machine.provide("app") is None
    assert machine.ran()[1].endswith("recommends mariadb-server-core mariadb-client-core")


def test_sudo_is_not_used_unasked(machine: Machine) -> None:
    machine.is_("Debian")
    machine.has_apt()
    machine.user(root=False, ci="")
    install = f"sudo apt-get install -y --no-install-recommends {ALL}"
    assert machine.provide("tests") == f"missing for the tests: {PROGRAMS}; run {install}"
    assert machine.ran() == []


def test_ci_installs_by_a_sudo_that_asks_nobody(machine: Machine) -> None:
    machine.is_("Debian")
    machine.has_apt()
    machine.user(root=False, ci="true")
    assert machine.provide("tests") is None
    assert machine.ran()[0] == f"sudo -n env DEBIAN_FRONTEND=noninteractive {APT} update"


def test_a_source_that_is_out_of_reach_does_not_matter_by_itself(machine: Machine) -> None:
    machine.is_("Debian")
    machine.has_apt(update=100)
    assert machine.provide("tests") is None


def test_an_installation_that_fails_is_told_in_one_line(machine: Machine) -> None:
    machine.is_("Debian")
    machine.has_apt(fails="E: Unable to locate package git")
    assert machine.provide("tests") == (
        f"apt-get could not install {ALL}: E: Unable to locate package git"
    )


def test_packages_that_bring_nothing_are_told(machine: Machine) -> None:
    machine.is_("Debian")
    machine.has_apt()
    for brought in (machine.bin.parent / "packages" / "git").iterdir():
        brought.unlink()
    assert machine.provide("tests") == (
        "missing for the tests: git; run apt-get install -y --no-install-recommends git"
    )


@pytest.mark.parametrize(
    ("system", "command"),
    [
        ("Debian", "sudo apt-get install -y --no-install-recommends mariadb-server-core"),
        ("Raspbian", "sudo apt-get install -y --no-install-recommends mariadb-server-core"),
        ("Ubuntu", "sudo apt-get install -y --no-install-recommends mariadb-server-core"),
        ("Mint", "sudo apt-get install -y --no-install-recommends mariadb-server-core"),
        ("Fedora", "sudo dnf install -y mariadb-server mariadb"),
        ("Rocky", "sudo dnf install -y mariadb-server mariadb"),
        ("RHEL", "sudo dnf install -y mariadb-server mariadb"),
        ("macOS", "brew install mariadb"),
        ("Arch", "install MariaDB"),
    ],
)
def test_each_system_has_its_command(machine: Machine, system: str, command: str) -> None:
    machine.is_(system)
    machine.user(root=False, ci="")
    fault = machine.provide("app")
    assert fault is not None
    assert fault.startswith("missing for the app: mariadbd, mariadb-install-db, mariadb; ")
    assert command in fault


@pytest.mark.parametrize(
    ("system", "absent"),
    [("macOS", ["cloud-init", "systemd"]), ("Ubuntu", ["Chromium"]), ("Rocky", ["Chromium"])],
)
def test_what_a_system_does_not_have_is_skipped_outside_ci(
    machine: Machine, capsys: pytest.CaptureFixture[str], system: str, absent: list[str]
) -> None:
    machine.is_(system)
    machine.user(root=False, ci="")
    lacking = {need.name: need for need in programs.NEEDS["tests"]}
    for name in lacking.keys() - absent:
        machine.has(*lacking[name].missing())
    assert machine.provide("tests") is None
    found = programs.system()
    assert capsys.readouterr().err.splitlines() == [
        f"{found.name} has no package of {name}: tests that need it are skipped" for name in absent
    ]
    for name in absent:
        assert absence(lacking[name], found) == f"{found.name} has no package of {name}"
    machine.user(root=False, ci="true")
    assert machine.provide("tests") == (
        f"{found.name} has no package of {', '.join(absent)}, and in CI no test is skipped"
    )


def test_a_package_that_a_test_misses_is_named(machine: Machine) -> None:
    machine.is_("Fedora")
    assert absence(programs.CHROMIUM, programs.system()) == (
        "Chromium is missing: run dnf install -y chromium"
    )


def test_a_system_that_tells_nothing_of_itself_is_none_that_is_known(machine: Machine) -> None:
    assert programs.system() == programs.System("Linux", None)
    assert machine.provide("app") == (
        "missing for the app: mariadbd, mariadb-install-db, mariadb; install MariaDB"
    )


def test_where_something_else_is_missing_nothing_is_installed(
    machine: Machine, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    machine.is_("Debian")
    machine.has_apt()
    monkeypatch.setattr("sys.argv", ["doctor", "python", "terraform", "tests"])
    assert doctor.main() == 2
    first, second = capsys.readouterr().err.splitlines()
    assert first.startswith("Terraform is not installed")
    assert second.startswith(f"missing for the tests: {PROGRAMS}; run apt-get install ")
    assert machine.ran() == []


def test_who_has_a_database_needs_none(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    machine.is_("Debian")
    machine.user(root=False, ci="")
    monkeypatch.setenv("DATABASE_URL", "mysql://me@localhost/shop")
    assert doctor.faults(("app",)) == []
    monkeypatch.delenv("DATABASE_URL")
    assert len(doctor.faults(("app",))) == 1


def test_root_on_debian_gets_the_venv_module(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine.is_("Debian")
    machine.has_apt()
    monkeypatch.setattr(doctor, "_has_venv", lambda: bool(machine.ran()))
    assert doctor.faults(("python",)) == []
    assert re.search(r" python3\.\d+-venv$", machine.ran()[1])


@pytest.mark.parametrize(
    ("target", "checks"),
    [
        ("test", "python terraform tests"),
        ("test-all", "python terraform tests"),
        ("test-ci", "python terraform tests"),
        ("quick", "python terraform tests"),
        ("rehearsals", "python terraform tests"),
        ("app", "python app"),
    ],
)
def test_make_looks_for_it_before_anything_else(target: str, checks: str) -> None:
    first, *_ = run("make", "--dry-run", "--no-print-directory", target).stdout.splitlines()
    assert first.endswith(f" -m automation.doctor {checks}")


def test_an_old_python_can_read_what_says_so() -> None:
    for module in (doctor, programs, programs):
        text = Path(str(module.__file__)).read_text(encoding="utf-8")
        ast.parse(text, feature_version=(3, 6))


def test_the_list_of_packages_is_in_one_place() -> None:
    places = [PROJECT / ".ci" / "run", PROJECT / "Makefile"]
    places += (PROJECT / ".github" / "workflows").iterdir()
    for place in places:
        text = place.read_text(encoding="utf-8")
        for name in ("mariadb", "chromium", "cloud-init", "apt-get"):
            assert name not in text, place
