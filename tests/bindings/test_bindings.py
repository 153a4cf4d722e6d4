import json
import os
import shutil
import sys
from pathlib import Path
from types import ModuleType

import pytest

import bindings
from tests.processes import PROJECT, python, stack_files

COUNT = f"""
import json, sys, main
assert main.main() == 0
package = sys.modules["{bindings.PACKAGE}"]
names = [name for name in sys.modules if name.startswith("{bindings.PACKAGE}.")]
print(json.dumps({{"ran": hasattr(package, "__all__"), "loaded": len(names)}}))
"""
# Each of jsii's processes writes the files that it has loaded as it ends.
DUMP = """
process.on("exit", () => require("node:fs").writeFileSync(
  `${process.env.DUMP_TO}/${process.pid}.json`, JSON.stringify(Object.keys(require.cache))));
"""
SPACED = """
import bindings
bindings.prepare()
from cdktf import App, TerraformStack
from cdktf_cdktf_provider_aws.provider import AwsProvider
stack = TerraformStack(App(), "stack")
print(AwsProvider(stack, "aws", region="us-west-2").region)
"""


@pytest.mark.slow
def test_python_loads_only_the_bindings_in_use(tmp_path: Path) -> None:
    found = json.loads(python("-c", COUNT, APP_ENV="prod", CDKTF_OUTDIR=str(tmp_path)))
    assert not found["ran"]
    assert 0 < found["loaded"] < 200


@pytest.mark.slow
def test_node_loads_only_the_bindings_in_use_and_what_the_user_asks_for(tmp_path: Path) -> None:
    dump, files = tmp_path / "dump.cjs", tmp_path / "files"
    dump.write_text(DUMP)
    files.mkdir()
    python(
        "main.py",
        APP_ENV="prod",
        CDKTF_OUTDIR=str(tmp_path / "out"),
        DUMP_TO=str(files),
        NODE_OPTIONS=f"--require {dump}",
    )
    loaded = {name for file in files.iterdir() for name in json.loads(file.read_text())}
    ours = [name for name in loaded if "provider-aws/lib/" in name]
    assert 0 < len(ours) < 100


@pytest.mark.slow
def test_the_stock_bindings_give_the_same_bytes(tmp_path: Path) -> None:
    lean, stock = tmp_path / "lean", tmp_path / "stock"
    python("main.py", APP_ENV="prod", CDKTF_OUTDIR=str(lean))
    python("main.py", APP_ENV="prod", CDKTF_OUTDIR=str(stock), TERRACE_STOCK_BINDINGS="1")
    assert stack_files(lean)
    assert stack_files(lean) == stack_files(stock)


@pytest.mark.slow
def test_a_path_with_spaces_works(tmp_path: Path) -> None:
    project = tmp_path / "with some spaces"
    shutil.copytree(PROJECT / "bindings", project / "bindings")
    assert python("-c", SPACED, folder=project, NODE_OPTIONS="").strip() == "us-west-2"


def test_preparing_twice_is_harmless_and_keeps_node_options(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("NODE_OPTIONS", "--max-old-space-size=4096")
    bindings.prepare()
    once = os.environ["NODE_OPTIONS"]
    bindings.prepare()
    assert once.startswith("--max-old-space-size=4096 --require ")
    assert os.environ["NODE_OPTIONS"] == once


def test_the_users_node_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JSII_NODE", "my-node")
    bindings.prepare()
    assert os.environ["JSII_NODE"] == "my-node"


def test_bindings_that_were_imported_in_full_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = ModuleType(bindings.PACKAGE)
    whole.__dict__["__all__"] = []
    monkeypatch.setitem(sys.modules, bindings.PACKAGE, whole)
    with pytest.raises(RuntimeError, match=r"imported before `bindings\.prepare\(\)` ran"):
        bindings.prepare()


def test_a_run_leaves_garbage_to_the_end_of_the_process() -> None:
    program = "import bindings, gc; print(bindings.run(lambda: int(gc.isenabled())))"
    assert python("-c", program).strip() == "0"
    assert python("-c", program, TERRACE_STOCK_BINDINGS="1").strip() == "1"


OUTPUT = Path("/srv/out")


@pytest.mark.parametrize(
    ("said", "line"),
    [
        ("Error: ENOSPC: no space left on device, write", f"make room where {OUTPUT} is"),
        (f"EDQUOT: quota, open '{OUTPUT}/stacks/dns'", f"make room where {OUTPUT} is"),
        (f"Error: EACCES: permission denied, mkdir '{OUTPUT}/stacks'", f"{OUTPUT} cannot be"),
        (
            "the cache: EROFS: read-only, mkdir '/srv/.terrace/jsii'.",
            "/srv/.terrace/jsii cannot be",
        ),
    ],
)
def test_what_the_disk_refuses_node_is_one_line(said: str, line: str) -> None:
    fault = bindings.disk_fault(RuntimeError(f"JSIIError\n{said}\n  at stack"), OUTPUT)
    assert fault is not None
    assert line in fault
    assert "\n" not in fault


def test_other_errors_are_not_the_disks() -> None:
    assert bindings.disk_fault(RuntimeError("TypeError: name, of 'x'"), OUTPUT) is None
