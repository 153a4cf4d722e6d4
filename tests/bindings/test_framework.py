"""Either framework, under CDKTF's names."""

import json
import sys
from pathlib import Path

import pytest

from automation import doctor
from bindings import framework
from bindings.framework import CDKTF, CDKTN, SWITCH, Framework, FrameworkError
from tests.processes import PROJECT, python, run

# A framework and its bindings, of which the provider's package loads its modules on demand.
FAKE = {
    "cdktn/__init__.py": "class App: ...",
    "cdktn/aws.py": "",
    "cdktn_provider_aws/__init__.py": "raise RuntimeError('everything is imported')",
    "cdktn_provider_aws/vpc/__init__.py": "class Vpc: ...",
}
SAME = """
import bindings, importlib, sys
bindings.prepare()
bindings.prepare()
import cdktf, cdktf.aws, cdktn
from cdktf_cdktf_provider_aws import vpc
from cdktf_cdktf_provider_aws.vpc import Vpc
import cdktn_provider_aws.vpc
assert cdktf is cdktn and cdktf.App is cdktn.App
assert vpc is cdktn_provider_aws.vpc and Vpc is vpc.Vpc
assert cdktn.__spec__.name == "cdktn" and vpc.__spec__.name == "cdktn_provider_aws.vpc"
assert importlib.reload(cdktn.aws).__name__ == "cdktn.aws"
try:
    import cdktf_cdktf_provider_aws.nothing
except ModuleNotFoundError as error:
    print(error.name)
"""


@pytest.fixture
def fork(tmp_path: Path) -> str:
    """A folder that has CDKTN in it."""
    for name, text in FAKE.items():
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    return str(tmp_path)


def test_the_forks_modules_answer_to_both_names(fork: str) -> None:
    found = python("-c", SAME, PYTHONPATH=fork, TERRACE_FRAMEWORK="cdktn")
    assert found.strip() == "cdktn_provider_aws.nothing"


def test_the_one_that_is_installed_is_chosen(monkeypatch: pytest.MonkeyPatch, fork: str) -> None:
    installed = framework.chosen()
    monkeypatch.syspath_prepend(fork)
    assert CDKTN.is_installed
    assert framework.chosen({}) == installed
    assert framework.chosen({SWITCH: ""}) == installed
    assert framework.chosen({SWITCH: "cdktn"}) == CDKTN
    monkeypatch.setattr(sys, "path", [fork])
    assert framework.chosen({}) == CDKTN


def test_an_unknown_one_and_one_that_is_not_there_are_refused_in_a_line(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with pytest.raises(FrameworkError, match='received "cdk"; use one of: cdktf, cdktn'):
        framework.chosen({SWITCH: "cdk"})
    monkeypatch.setattr(sys, "path", [])
    with pytest.raises(FrameworkError, match=r"^cdktf or cdktn is not installed: run `make"):
        framework.chosen({})
    told = run(sys.executable, "main.py", APP_ENV="dev", TERRACE_FRAMEWORK="cdk")
    assert told.returncode == 2
    assert told.stderr == 'TERRACE_FRAMEWORK: received "cdk"; use one of: cdktf, cdktn\n'


@pytest.mark.parametrize("given", [CDKTF, CDKTN])
def test_doctor_says_which_one_it_is_where_it_is_not_cdktf(
    given: Framework,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
) -> None:
    (tmp_path / "Pipfile").write_text(f'[packages]\n{given.name} = "*"\n')
    monkeypatch.setattr("automation.PROJECT", tmp_path)
    assert doctor.faults(("python",)) == []
    said = capsys.readouterr().err
    assert said.startswith("cdktn takes the place of cdktf") == (given == CDKTN)
    monkeypatch.setenv(SWITCH, "cdk")
    assert doctor.faults(("python",)) == [
        'TERRACE_FRAMEWORK: received "cdk"; use one of: cdktf, cdktn'
    ]


def test_every_framework_can_be_had_from_npm_by_its_name() -> None:
    """The preload knows the scope of each, as the bindings' assembly names it."""
    preload = (PROJECT / "bindings" / "prefer_lazy_index.cjs").read_text(encoding="utf-8")
    for each in (CDKTF, CDKTN):
        assert json.dumps(f"@{each.name}") in preload
