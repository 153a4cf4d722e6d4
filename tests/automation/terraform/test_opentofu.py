"""OpenTofu in the place of Terraform: by a stub that answers as it does, and records its calls."""

import json
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from automation import doctor
from automation.emulator import DOWNLOADS
from automation.errors import UserError
from automation.terraform import program, providers
from automation.terraform.program import OPENTOFU, TERRAFORM, Terraform
from automation.terraform.providers import LOCK, install
from automation.terraform.stacks import Stack

RANGE = ">= 5.100.0, < 7.0.0"
# Answers `version`; `init` locks what is asked for, from the registry that it is given.
STUB = """\
#!{python}
import json, os, pathlib, sys
calls = pathlib.Path({calls!r})
with calls.open("a") as file:
    variables = {{name: each for name, each in os.environ.items() if name.startswith("TF_")}}
    entry = {{"program": {name!r}, "arguments": sys.argv[1:], "variables": variables}}
    file.write(json.dumps(entry) + "\\n")
if sys.argv[1] == "version":
    print(json.dumps({{"terraform_version": {version!r}}}))
if sys.argv[1] == "init":
    lock = pathlib.Path(".terraform.lock.hcl")
    if lock.exists() and {registry!r} not in lock.read_text():
        sys.exit("locked to another registry")
    lock.write_text('provider "{registry}/hashicorp/aws" {{\\n  version = "5.100.0"\\n}}\\n')
"""


class Programs:
    """A folder of stubs, and what was asked of them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._calls = folder / "calls.jsonl"
        folder.mkdir()

    def add(self, name: str, version: str, registry: str = OPENTOFU.registry) -> str:
        file = self.folder / name
        values = {"calls": str(self._calls), "name": name, "version": version}
        file.write_text(STUB.format(python=sys.executable, registry=registry, **values))
        file.chmod(0o755)
        return str(file)

    @property
    def calls(self) -> list[dict[str, object]]:
        return [json.loads(line) for line in self._calls.read_text().splitlines()]


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Programs:
    found = Programs(tmp_path / "bin")
    monkeypatch.setenv("PATH", str(found.folder))
    monkeypatch.delenv(program.CHOICE, raising=False)
    return found


def test_it_is_taken_where_there_is_no_terraform(programs: Programs) -> None:
    tofu = programs.add("tofu", "1.11.1")
    found = program.find()
    assert (found.program, found.product, found.label) == (tofu, OPENTOFU, "OpenTofu 1.11.1")
    terraform = programs.add("terraform", "1.11.4")
    found = program.find()
    assert (found.program, found.product, found.label) == (terraform, TERRAFORM, "1.11.4")


def test_it_is_taken_where_it_is_chosen(
    programs: Programs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    programs.add("terraform", "1.11.4")
    tofu = programs.add("tofu", "1.12.0")
    monkeypatch.setenv(program.CHOICE, "tofu")
    assert program.find().program == tofu
    # A path, from the folder of the user, to whatever stands for it there.
    (tmp_path / "terraform").symlink_to(tofu)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv(program.CHOICE, "./terraform")
    found = program.find()
    assert (found.program, found.product) == (str(tmp_path / "terraform"), OPENTOFU)
    monkeypatch.setenv(program.CHOICE, "terraform")
    assert program.find().product is TERRAFORM


def test_its_wrapper_is_passed_by(programs: Programs) -> None:
    programs.add("tofu", "1.11.1")
    wrapped = programs.add("tofu-bin", "1.11.2")
    assert program.find().program == wrapped


@pytest.mark.parametrize("version", ["1.10.7", "1.11.0"])
def test_what_lacks_what_the_stacks_need_is_refused(programs: Programs, version: str) -> None:
    tofu = programs.add("tofu", version)
    with pytest.raises(UserError) as refusal:
        program.find()
    assert str(refusal.value) == (
        f"OpenTofu {version} ({tofu}) is too old: "
        "install 1.11.1 or newer from https://opentofu.org/docs/intro/install/"
    )


def test_a_choice_that_is_not_there_is_named(
    programs: Programs, monkeypatch: pytest.MonkeyPatch
) -> None:
    programs.add("terraform", "1.11.4")
    monkeypatch.setenv(program.CHOICE, "tofu")
    with pytest.raises(UserError) as refusal:
        program.find()
    assert str(refusal.value) == (
        "TERRACE_TERRAFORM: received 'tofu', which is not on PATH; "
        "name terraform, tofu, or the path of either"
    )


def stack(folder: Path) -> Stack:
    required = {"aws": {"source": "aws", "version": RANGE}}
    file = folder / "cdk.tf.json"
    file.write_text(json.dumps({"terraform": {"required_providers": required}}))
    return Stack("one", file)


def at_home(found: Terraform, folder: Path) -> Terraform:
    return replace(found, environ={**found.environ, "HOME": str(folder)})


def test_it_installs_from_its_own_registry(programs: Programs, tmp_path: Path) -> None:
    programs.add("tofu", "1.11.1")
    machine = next(iter(folder_of(tmp_path / "home", OPENTOFU.registry).iterdir())).name
    made = install(at_home(program.find(), tmp_path / "home"), [stack(tmp_path)], tmp_path / "work")
    assert made.versions == {"registry.opentofu.org/hashicorp/aws": "5.100.0"}
    assert (made.aws, made.reads_written) == ("5.100.0", True)
    version, init = programs.calls
    assert version["arguments"] == ["version", "-json"]
    assert init["arguments"] == ["init", "-no-color", "-input=false"]
    configuration = (tmp_path / "work" / "terraform.rc").read_text(encoding="utf-8")
    assert 'include = ["registry.opentofu.org/hashicorp/aws"]' in configuration
    assert "registry.terraform.io" not in configuration
    assert machine.endswith(("amd64", "arm64"))


def folder_of(home: Path, registry: str) -> Path:
    """A mirror with the provider for this machine."""
    folder = home / "mirror" / registry / "hashicorp/aws/5.100.0"
    (folder / providers._platform()).mkdir(parents=True)
    return folder


def test_what_the_other_one_has_installed_is_not_its_own(
    programs: Programs, tmp_path: Path
) -> None:
    programs.add("terraform", "1.11.4", TERRAFORM.registry)
    one, work = stack(tmp_path), tmp_path / "work"
    install(at_home(program.find(), tmp_path), [one], work)
    (programs.folder / "terraform").unlink()
    programs.add("tofu", "1.11.1")
    made = install(at_home(program.find(), tmp_path), [one], work)
    assert list(made.versions) == ["registry.opentofu.org/hashicorp/aws"]
    assert OPENTOFU.registry in (work / "providers" / LOCK).read_text(encoding="utf-8")


@pytest.mark.parametrize("name", [".tofurc", ".config/opentofu/tofurc", ".terraformrc"])
def test_the_users_own_configuration_decides(name: str, programs: Programs, tmp_path: Path) -> None:
    programs.add("tofu", "1.11.1")
    home = tmp_path / "home"
    folder_of(home, OPENTOFU.registry)
    (home / name).parent.mkdir(parents=True, exist_ok=True)
    (home / name).touch()
    install(at_home(program.find(), home), [stack(tmp_path)], tmp_path / "work")
    assert "TF_CLI_CONFIG_FILE" not in json.dumps(programs.calls[-1])


def test_its_registry_is_reached_past_the_emulated_account() -> None:
    assert {OPENTOFU.registry, TERRAFORM.registry} <= set(DOWNLOADS)


def test_who_has_no_provider_is_told_where_it_looks(programs: Programs, tmp_path: Path) -> None:
    tofu = Path(programs.add("tofu", "1.11.1"))
    tofu.write_text(tofu.read_text().replace("lock.write_text", "sys.exit"))
    with pytest.raises(UserError, match=r"^OpenTofu cannot get .* https://registry\.opentofu"):
        install(at_home(program.find(), tmp_path), [stack(tmp_path)], tmp_path / "work")


def test_the_doctor_says_that_nobody_has_tried_it(
    programs: Programs, capsys: pytest.CaptureFixture[str]
) -> None:
    tofu = programs.add("tofu", "1.11.1")
    assert doctor.faults(("terraform",)) == []
    said = capsys.readouterr().err
    assert said.startswith(f"OpenTofu 1.11.1 ({tofu}) takes the place of Terraform; ")
    assert "never run with a real one" in said
    programs.add("terraform", "1.11.4")
    assert doctor.faults(("terraform",)) == []
    assert capsys.readouterr().err == ""
