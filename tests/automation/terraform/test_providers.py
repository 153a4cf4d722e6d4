import json
import platform
import shutil
import sys
from pathlib import Path

import pytest

from automation.errors import UserError
from automation.terraform import providers
from automation.terraform.program import Terraform
from automation.terraform.stacks import Stack
from tests.processes import bound_by_permissions, run

RANGE = ">= 5.100.0, < 7.0.0"
HERE = "linux_amd64"
PACKAGE = Path("providers/data/providers/registry.terraform.io/hashicorp/aws/5.100.0", HERE)
# Installs what the lock names, and keeps count.
TERRAFORM = """\
#!/bin/sh
echo "$1" >> ../calls
mkdir -p "$TF_DATA_DIR/providers/registry.terraform.io/hashicorp/aws/5.100.0/linux_amd64"
cat > .terraform.lock.hcl <<'LOCK'
provider "registry.terraform.io/hashicorp/aws" {
  version     = "5.100.0"
  hashes = [
    "h1:x",
  ]
}
LOCK
"""


@pytest.fixture(autouse=True)
def linux(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(platform, "system", lambda: "Linux")
    monkeypatch.setattr(platform, "machine", lambda: "x86_64")


def mirror(folder: Path, version: str = "5.100.0", machine: str = HERE) -> Path:
    (folder / "registry.terraform.io/hashicorp/aws" / version / machine).mkdir(parents=True)
    return folder


@pytest.mark.parametrize("depth", ["", "mirror", "terraform/plugins"])
def test_a_mirror_is_found_near_the_root(tmp_path: Path, depth: str) -> None:
    folder = mirror(tmp_path / depth)
    assert providers.find_mirror([tmp_path / "none", tmp_path], constraint=RANGE) == folder


@pytest.mark.parametrize(
    ("version", "machine"),
    [("5.99.1", HERE), ("7.0.0", HERE), ("5.100.0", "darwin_arm64"), ("latest", HERE)],
)
def test_other_versions_and_platforms_do_not_count(
    tmp_path: Path, version: str, machine: str
) -> None:
    mirror(tmp_path / "mirror", version, machine)
    assert providers.find_mirror([tmp_path], constraint=RANGE) is None


@pytest.mark.parametrize(
    ("version", "serves"),
    [
        ("6.0.0", True),
        ("6.1.0", False),
        ("6.21.0", True),
        ("6.22.0", False),
        ("6.39.1", False),
        ("6.40.0", True),
        ("6.57.0", False),
        ("6.57.1", True),
    ],
)
def test_versions_that_are_known_not_to_do_do_not_count(
    tmp_path: Path, version: str, serves: bool
) -> None:
    mirror(tmp_path / "mirror", version)
    found = providers.find_mirror([tmp_path], constraint=RANGE)
    assert found == (tmp_path / "mirror" if serves else None)


# Answers `init` as if a mirror of the user's own had only the version that it is given.
FOUND = """\
#!/bin/sh
cat > .terraform.lock.hcl <<EOF
provider "registry.terraform.io/hashicorp/aws" {{
  version = "{version}"
}}
EOF
"""


@pytest.mark.parametrize(
    ("version", "told"),
    [
        ("6.1.0", r"6\.1\.0, which was withdrawn as faulty \(.*/43213\): give its mirror 6\.0\.0"),
        ("6.25.0", r"AWS provider 6\.25\.0, which plans .*/47320.* or 6\.40\.0 and newer"),
        ("6.40.0", ""),
        ("6.57.0", r"6\.57\.0, which fails .*/49181\): give its mirror .* or 6\.57\.1 and newer"),
    ],
)
def test_what_will_not_do_is_refused_wherever_it_comes_from(
    tmp_path: Path, version: str, told: str
) -> None:
    script = tmp_path / "terraform"
    script.write_text(FOUND.format(version=version))
    script.chmod(0o755)
    terraform = Terraform(program=str(script), version="1.11.4", environ={"HOME": str(tmp_path)})
    file = tmp_path / "cdk.tf.json"
    required = {"aws": {"source": "hashicorp/aws", "version": RANGE}}
    file.write_text(json.dumps({"terraform": {"required_providers": required}}))
    stack = Stack("one", file)
    work = tmp_path / "work"
    if not told:
        assert version in providers.install(terraform, [stack], work).lock
        return
    with pytest.raises(UserError, match=told):
        providers.install(terraform, [stack], work)
    assert not (work / "providers").exists()


def test_mirrors_that_are_deep_or_hidden_do_not_count(tmp_path: Path) -> None:
    mirror(tmp_path / "one/two/three")
    mirror(tmp_path / ".hidden")
    assert providers.find_mirror([tmp_path], constraint=RANGE) is None


def test_a_mirror_of_archives_is_found(tmp_path: Path) -> None:
    folder = tmp_path / "registry.terraform.io/hashicorp/aws"
    folder.mkdir(parents=True)
    (folder / f"terraform-provider-aws_6.41.0_{HERE}.zip").touch()
    assert providers.find_mirror([tmp_path], constraint=RANGE) == tmp_path


def environment(tmp_path: Path, **environ: str) -> dict[str, str]:
    return providers.environment(
        tmp_path / "work",
        constraint=RANGE,
        environ={"HOME": str(tmp_path / "home"), **environ},
        system_roots=[tmp_path / "opt"],
    )


def test_a_mirror_serves_the_aws_provider_and_nothing_else(tmp_path: Path) -> None:
    folder = mirror(tmp_path / "opt" / "plugins")
    found = environment(tmp_path, TF_CLI_CONFIG_FILE=str(tmp_path / "missing"))
    config = Path(found["TF_CLI_CONFIG_FILE"]).read_text()
    assert f'path    = "{folder}"' in config
    assert 'exclude = ["registry.terraform.io/hashicorp/aws"]' in config


def test_the_home_directory_is_searched(tmp_path: Path) -> None:
    mirror(tmp_path / "home" / ".terraform.d" / "plugins")
    assert "TF_CLI_CONFIG_FILE" in environment(tmp_path)


def test_the_users_configuration_decides(tmp_path: Path) -> None:
    mirror(tmp_path / "opt" / "plugins")
    own = tmp_path / "own.rc"
    own.touch()
    assert environment(tmp_path, TF_CLI_CONFIG_FILE=str(own))["TF_CLI_CONFIG_FILE"] == str(own)
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / ".terraformrc").touch()
    assert "TF_CLI_CONFIG_FILE" not in environment(tmp_path)


def test_terraform_downloads_where_there_is_no_mirror(tmp_path: Path) -> None:
    found = environment(tmp_path, TF_CLI_CONFIG_FILE=str(tmp_path / "missing"))
    assert "TF_CLI_CONFIG_FILE" not in found
    assert not (tmp_path / "work").exists()


def test_a_home_that_is_somebody_elses_is_none(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir(mode=0o000)
    program = (
        "from pathlib import Path; from automation.terraform import providers; import sys; "
        "print(providers.environment(Path(sys.argv[2]), constraint='>= 5.100.0', "
        "environ={'HOME': sys.argv[1]}, system_roots=[]))"
    )
    command = (sys.executable, "-c", program, str(home), str(tmp_path / "work"))
    finished = run(*bound_by_permissions(*command))
    assert finished.stdout == f"{{'HOME': '{home}'}}\n", finished.stderr


def installed(folder: Path, constraint: str = RANGE) -> int:
    """How often Terraform was asked in all to install what a stack requires."""
    program = folder / "terraform"
    program.write_text(TERRAFORM, encoding="utf-8")
    program.chmod(0o755)
    required = {"aws": {"source": "hashicorp/aws", "version": constraint}}
    stack = Stack("network", folder / "network" / "cdk.tf.json")
    stack.file.parent.mkdir(exist_ok=True)
    content = {"terraform": {"required_providers": required}}
    stack.file.write_text(json.dumps(content), encoding="utf-8")
    found = Terraform(str(program), "1.11.4", {"PATH": "/usr/bin:/bin", "HOME": str(folder)})
    made = providers.install(found, [stack], folder)
    assert made.versions == {"registry.terraform.io/hashicorp/aws": "5.100.0"}
    return len((folder / "calls").read_text().split())


def test_what_is_installed_is_not_installed_again(tmp_path: Path) -> None:
    assert [installed(tmp_path), installed(tmp_path)] == [1, 1]
    assert installed(tmp_path, ">= 5.100.0, < 6.0.0") == 2


def test_a_provider_that_is_gone_is_installed_again(tmp_path: Path) -> None:
    installed(tmp_path)
    shutil.rmtree(tmp_path / PACKAGE)
    assert installed(tmp_path) == 2
    assert (tmp_path / PACKAGE).is_dir()


@pytest.mark.parametrize(
    ("version", "reads"),
    [("5.100.0", True), ("6.21.0", True), ("6.26.0", False), ("6.40.0", False)],
)
def test_providers_that_read_what_they_only_write_are_known(
    tmp_path: Path, version: str, reads: bool
) -> None:
    lock = f'provider "registry.terraform.io/hashicorp/aws" {{\n  version = "{version}"\n}}\n'
    assert providers.Installation(tmp_path, lock, {}).reads_written is reads
