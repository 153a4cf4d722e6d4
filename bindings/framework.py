"""Which framework synthesizes: CDKTF, which is archived, or CDKTN, its fork that goes on.

Terrace is written in CDKTF's names. Where CDKTN is installed in its place, or `TERRACE_FRAMEWORK`
asks for it, imports by these names are answered with the fork's modules of the same place
(docs/leaving-cdktf.md).
"""

import importlib
import os
import sys
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import metadata
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from pathlib import Path
from types import ModuleType

SWITCH = "TERRACE_FRAMEWORK"


class FrameworkError(Exception):
    """There is no framework, or not the one that is asked for; the message says what to do."""


@dataclass(frozen=True)
class Framework:
    """A framework by its package, and the package of its bindings of the AWS provider."""

    name: str
    bindings: str

    @property
    def version(self) -> str:
        """The version that is installed."""
        return metadata.version(self.name)

    @property
    def is_installed(self) -> bool:
        """Whether it is there under its own name, whatever answers to that name by now."""
        return all(PathFinder.find_spec(each) for each in (self.name, self.bindings))


CDKTF = Framework("cdktf", "cdktf_cdktf_provider_aws")
CDKTN = Framework("cdktn", "cdktn_provider_aws")
_KNOWN = {each.name: each for each in (CDKTF, CDKTN)}


def chosen(environ: Mapping[str, str] = os.environ) -> Framework:
    """The one that `TERRACE_FRAMEWORK` names, else the one that is installed, CDKTF first.

    Raises `FrameworkError` where that is none.
    """
    named = _named(environ)
    for each in _KNOWN.values() if named is None else (named,):
        if each.is_installed:
            return each
    missing = f"{named.name} with {named.bindings}" if named else "cdktf or cdktn"
    raise FrameworkError(f"{missing} is not installed: run `make setup`")


def wanted(pipfile: Path, environ: Mapping[str, str] = os.environ) -> Framework:
    """The one that is going to be used, where nothing is installed yet, either."""
    packages = tomllib.loads(pipfile.read_text(encoding="utf-8"))["packages"]
    return _named(environ) or next(
        (each for each in _KNOWN.values() if each.name in packages), CDKTF
    )


def _named(environ: Mapping[str, str]) -> Framework | None:
    name = environ.get(SWITCH)
    if name and name not in _KNOWN:
        raise FrameworkError(f'{SWITCH}: received "{name}"; use one of: {", ".join(_KNOWN)}')
    return _KNOWN[name] if name else None


def answer_to_its_names(framework: Framework) -> None:
    """Have imports by CDKTF's names find this framework; harmless to call again."""
    sys.meta_path[:] = [each for each in sys.meta_path if not isinstance(each, _Alias)]
    if framework != CDKTF:
        # Before all others: below a package that has another's path they would load copies.
        sys.meta_path.insert(0, _Alias(framework))


class _Alias(MetaPathFinder, Loader):
    """Answers an import by CDKTF's name with the very module that the other's name has."""

    def __init__(self, framework: Framework) -> None:
        self._names = {CDKTF.name: framework.name, CDKTF.bindings: framework.bindings}

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Of names that are CDKTF's, and of no others."""
        del path, target
        return ModuleSpec(fullname, self) if fullname.partition(".")[0] in self._names else None

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        """Import it by its own name, and keep what the import system knows of it."""
        package, dot, rest = spec.name.partition(".")
        module = importlib.import_module(f"{self._names[package]}{dot}{rest}")
        spec.loader_state = module.__spec__
        return module

    def exec_module(self, module: ModuleType) -> None:
        """It ran as it was imported; the import system has since written over its `__spec__`."""
        alias = module.__spec__
        if alias is not None:
            module.__spec__ = alias.loader_state
