"""The structure of `automation/` in figures: `python -m tests.structure` prints them.

A room is a folder; an edge leads from one room to another of which it imports something. A file's
level is 1 when it imports no other file of `automation/`, else one above the highest that it does.
"""

import ast
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from graphlib import TopologicalSorter
from pathlib import Path
from statistics import median

PROJECT = Path(__file__).parent.parent


@dataclass(frozen=True)
class Structure:
    """The modules of a package by their dotted names."""

    modules: Mapping[str, Path]

    @classmethod
    def of(cls, package: Path) -> "Structure":
        """All that is in the folder of a package."""
        return cls({_name(path, package.parent): path for path in sorted(package.rglob("*.py"))})

    @cached_property
    def trees(self) -> Mapping[str, ast.Module]:
        """The code of each module."""
        return {name: ast.parse(path.read_text("utf-8")) for name, path in self.modules.items()}

    @cached_property
    def imports(self) -> Mapping[str, frozenset[str]]:
        """The modules of the package that each module imports, inside functions too."""
        return {name: frozenset(self._imported(tree)) - {name} for name, tree in self.trees.items()}

    @cached_property
    def lines(self) -> Mapping[str, int]:
        """How long each file is."""
        return {
            name: len(path.read_text("utf-8").splitlines()) for name, path in self.modules.items()
        }

    @cached_property
    def levels(self) -> Mapping[str, int]:
        """The level of each module; raises `CycleError` where modules import each other."""
        found: dict[str, int] = {}
        for name in TopologicalSorter(self.imports).static_order():
            found[name] = 1 + max((found[each] for each in self.imports[name]), default=0)
        return found

    @cached_property
    def edges(self) -> frozenset[tuple[str, str]]:
        """From room to room."""
        every = {
            (self.room(name), self.room(other))
            for name, others in self.imports.items()
            for other in others
        }
        return frozenset((one, other) for one, other in every if one != other)

    @cached_property
    def classes(self) -> Mapping[str, list[str]]:
        """The modules in which a class of that name is."""
        found: dict[str, list[str]] = defaultdict(list)
        for name, tree in self.trees.items():
            for node in tree.body:
                if isinstance(node, ast.ClassDef):
                    found[node.name].append(name)
        return found

    def room(self, name: str) -> str:
        """The folder that a module is in."""
        is_folder = self.modules[name].name == "__init__.py"
        return name if is_folder else name.rpartition(".")[0]

    def figures(self) -> dict[str, float]:
        """What the structure is measured by."""
        return {
            "files": len(self.modules),
            "median of lines": median(self.lines.values()),
            "most lines": max(self.lines.values()),
            "levels": max(self.levels.values()),
            "edges between rooms": len(self.edges),
        }

    def _imported(self, tree: ast.Module) -> Iterator[str]:
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom) and node.module:
                for alias in node.names:
                    whole = f"{node.module}.{alias.name}"
                    found = whole if whole in self.modules else node.module
                    yield from [found] if found in self.modules else []


def _name(path: Path, root: Path) -> str:
    parts = path.relative_to(root).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


if __name__ == "__main__":
    for what, figure in Structure.of(PROJECT / "automation").figures().items():
        print(f"{figure:6g}  {what}")
