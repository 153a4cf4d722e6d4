import sys
from importlib.machinery import ModuleSpec

import pytest

from automation import doctor


def test_a_machine_with_everything_has_no_fault() -> None:
    assert doctor.faults(("python",)) == []


def test_an_old_python_is_named_with_the_remedy() -> None:
    fault = doctor.python_fault((3, 9, 18))
    assert fault is not None
    assert fault.startswith("Python 3.9.18 (")
    assert "make PYTHON=python3.11" in fault


@pytest.mark.parametrize("version", [(3, 11, 0), (3, 13, 1), (4, 0, 0)])
def test_a_new_python_will_do(version: tuple[int, ...]) -> None:
    assert doctor.python_fault(version) is None


def test_a_missing_venv_module_is_named_with_its_package(monkeypatch: pytest.MonkeyPatch) -> None:
    def only_venv(name: str) -> ModuleSpec | None:
        return ModuleSpec(name, None) if name == "venv" else None

    monkeypatch.setattr("importlib.util.find_spec", only_venv)
    (fault,) = doctor.faults(("python",))
    assert f"apt install python3.{sys.version_info.minor}-venv" in fault


def test_main_prints_what_is_missing_in_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["doctor", "terraform"])
    monkeypatch.setenv("PATH", "")
    assert doctor.main() == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("Terraform is not installed")
