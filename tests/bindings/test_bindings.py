import json
import os
import shutil
import sys
import typing
from pathlib import Path
from types import ModuleType

import pytest

import bindings
from bindings import framework
from tests.processes import PROJECT, python, run, stack_files

PACKAGE = framework.chosen().bindings
COUNT = f"""
import json, sys, main
assert main.main() == 0
package = sys.modules["{PACKAGE}"]
names = [name for name in sys.modules if name.startswith("{PACKAGE}.")]
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
@pytest.mark.parametrize(("switch", "processes"), [("", 1), ("1", 2)])
def test_one_node_does_the_work(tmp_path: Path, switch: str, processes: int) -> None:
    dump, files = tmp_path / "dump.cjs", tmp_path / "files"
    dump.write_text(DUMP)
    files.mkdir()
    said = python(
        "-c",
        SPACED,
        DUMP_TO=str(files),
        NODE_OPTIONS=f"--require {dump}",
        TERRACE_STOCK_BINDINGS=switch,
    )
    assert said.strip() == "us-west-2"
    assert len(list(files.iterdir())) == processes


def test_what_node_prints_and_throws_arrives(tmp_path: Path) -> None:
    """It is no message: the channel to Python is Node's standard output."""
    printing = tmp_path / "print.cjs"
    printing.write_text('setTimeout(() => { console.log("out"); console.error("err"); }, 0);')
    finished = run(
        sys.executable,
        "-c",
        f"{SPACED}\nAwsProvider(stack, 'aws', region='again')",
        NODE_OPTIONS=f"--require {printing}",
    )
    assert sorted(finished.stdout.splitlines()) == ["out", "us-west-2"]
    assert "err\n" in finished.stderr
    assert "There is already a Construct with name 'aws'" in finished.stderr


def test_a_jsii_that_does_it_otherwise_is_left_alone(tmp_path: Path) -> None:
    node = os.environ["JSII_NODE"]
    relay, program = tmp_path / "bin" / "jsii-runtime.js", tmp_path / "lib" / "program.js"
    for file in (relay, program):
        file.parent.mkdir()
        file.write_text(f"console.log({file.name!r})")
    started = (node, "--require", str(bindings.PRELOADS[1]), str(relay))
    assert run(*started).stdout == "jsii-runtime.js\n"
    program.write_text("// readFD:3,writeFD:3\nconsole.log('program.js')")
    taken = run(*started)
    assert (taken.stdout, json.loads(taken.stderr)) == ("", {"stdout": "cHJvZ3JhbS5qcwo="})


def test_arguments_are_still_checked() -> None:
    faulty = f"{SPACED}\nAwsProvider(stack, 'other', region=['us-west-2'])"
    finished = run(sys.executable, "-c", faulty)
    assert finished.returncode == 1
    assert "type of argument region must be one of (str, NoneType)" in finished.stderr


def test_annotations_are_evaluated_once_where_arguments_are_checked() -> None:
    def stub(scope: "str") -> None: ...

    assert typing.get_type_hints(stub) is not typing.get_type_hints(stub)
    stub.__name__ = "_typecheckingstub__0"
    assert typing.get_type_hints(stub) is typing.get_type_hints(stub)
    assert typing.get_type_hints(stub) == {"scope": str, "return": type(None)}


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
    assert once.startswith("--max-old-space-size=4096 --preserve-symlinks --require ")
    assert os.environ["NODE_OPTIONS"] == once


def test_the_users_node_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JSII_NODE", "my-node")
    bindings.prepare()
    assert os.environ["JSII_NODE"] == "my-node"


def test_bindings_that_were_imported_in_full_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = ModuleType(PACKAGE)
    whole.__dict__["__all__"] = []
    monkeypatch.setitem(sys.modules, PACKAGE, whole)
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
