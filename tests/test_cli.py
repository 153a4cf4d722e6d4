import os
import shutil
import sys
from pathlib import Path

import pytest

from config.environments import ENVIRONMENTS
from tests.processes import PROJECT, python, run, stack_files
from tests.programs import framework_cli

OFFLINE = "http://127.0.0.1:9"


@pytest.fixture(scope="module")
def synthesized(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """What `python main.py` makes of production."""
    output = tmp_path_factory.mktemp("prod")
    python("main.py", APP_ENV="prod", CDKTF_OUTDIR=str(output))
    return stack_files(output)


@pytest.mark.slow
def test_synthesis_is_deterministic(synthesized: dict[str, bytes], tmp_path: Path) -> None:
    python("main.py", APP_ENV="prod", CDKTF_OUTDIR=str(tmp_path), PYTHONHASHSEED="1")
    assert synthesized
    assert stack_files(tmp_path) == synthesized


@pytest.mark.slow
def test_app_env_selects_the_environment(synthesized: dict[str, bytes], tmp_path: Path) -> None:
    python("main.py", APP_ENV="dev", CDKTF_OUTDIR=str(tmp_path))
    found = stack_files(tmp_path)
    assert found.keys() == synthesized.keys()
    assert all(b"dev-349081" in stack and b"prod-349081" not in stack for stack in found.values())


@pytest.mark.slow
def test_its_command_synthesizes_the_same_bytes_offline(
    synthesized: dict[str, bytes], tmp_path: Path
) -> None:
    finished = run(
        framework_cli(),
        "synth",
        f"--output={tmp_path}",
        APP_ENV="prod",
        CHECKPOINT_DISABLE="1",
        CI="1",
        HTTPS_PROXY=OFFLINE,
        HTTP_PROXY=OFFLINE,
        PATH=os.pathsep.join([str(PROJECT / ".venv" / "bin"), os.environ["PATH"]]),
    )
    assert finished.returncode == 0, finished.stdout + finished.stderr
    assert stack_files(tmp_path) == synthesized


def test_faulty_settings_are_all_named_and_nothing_is_written(tmp_path: Path) -> None:
    for name in ("artifact", "bindings", "config", "modules", "stacks"):
        shutil.copytree(PROJECT / name, tmp_path / name)
    shutil.copy(PROJECT / "main.py", tmp_path)
    copied = tmp_path / ENVIRONMENTS.relative_to(PROJECT)
    copied.mkdir(parents=True)
    settings = (ENVIRONMENTS / "prod.toml").read_text(encoding="utf-8")
    faulty = settings.replace('"example.com"', '"example"').replace("10.0.0.0/16", "10.0.0.0/28")
    (copied / "prod.toml").write_text(faulty, encoding="utf-8")
    finished = run(sys.executable, "main.py", folder=tmp_path, APP_ENV="prod")
    assert finished.returncode == 2
    assert 'domain: received "example"' in finished.stderr
    assert 'network.cidr_block: received "10.0.0.0/28"' in finished.stderr
    assert "Traceback" not in finished.stderr
    assert not (tmp_path / "cdktf.out").exists()


def test_an_unknown_environment_is_refused() -> None:
    finished = run(sys.executable, "main.py", APP_ENV="production")
    assert finished.returncode == 2
    assert "set APP_ENV to one of: dev, options, prod, staging" in finished.stderr
