"""Synthesized stacks: made in a process of its own, and ordered by what they read."""

import difflib
import gzip
import json
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any

from automation import PROJECT
from automation.errors import CommandError, UserError
from automation.programs import for_python

OUTPUT = PROJECT / "cdktf.out"
# A reference to an output of another stack: the look-up of its state, and the output.
OUTPUT_REFERENCE = re.compile(r"\bdata\.terraform_remote_state\.([\w-]+)\.outputs\.([\w-]+)")

# How CDKTF names an output that it makes because another stack reads it.
CROSS_STACK = "cross-stack-output-"


@dataclass(frozen=True)
class Stack:
    """A synthesized stack."""

    name: str
    file: Path

    @cached_property
    def content(self) -> dict[str, Any]:
        """Its Terraform JSON."""
        content: dict[str, Any] = json.loads(self.file.read_text(encoding="utf-8"))
        return content

    @property
    def resources(self) -> int:
        """How many resources it declares."""
        return sum(len(each) for each in self.content.get("resource", {}).values())

    @property
    def user_data_bytes(self) -> int:
        """The most that a launch template's user data has, compressed; 0 where there is none.

        References are counted as they are written, which is longer than what they stand for.
        """
        templates = self.content.get("resource", {}).get("aws_launch_template", {}).values()
        texts = (str(each.get("user_data", "")) for each in templates)
        return max((len(gzip.compress(each.encode())) for each in texts if each), default=0)

    @property
    def kept(self) -> tuple[str, ...]:
        """Addresses of what outlives it: `prevent_destroy` has Terraform refuse to destroy them."""
        return tuple(
            f"{type_}.{name}"
            for type_, resources in self.content.get("resource", {}).items()
            for name, resource in resources.items()
            if resource.get("lifecycle", {}).get("prevent_destroy")
        )

    @property
    def data_sources(self) -> int:
        """How many data sources it declares, other stacks' states included."""
        return sum(len(each) for each in self.content.get("data", {}).values())

    @property
    def reads_back(self) -> bool:
        """Whether it hands on a secret of its own, as it was stored."""
        return "aws_secretsmanager_secret_version" in self.content.get("ephemeral", {})

    @property
    def required_providers(self) -> dict[str, dict[str, str]]:
        """Source and version of every provider that it needs."""
        required: dict[str, dict[str, str]] = self.content["terraform"]["required_providers"]
        return required


@dataclass(frozen=True)
class Synthesis:
    """All stacks of an environment."""

    environment: str
    output: Path
    stacks: tuple[Stack, ...]
    seconds: float


def synthesize(
    environment: str,
    output: Path = OUTPUT,
    *,
    release: str | None = None,
    image: str | None = None,
    watched: bool = True,
    constructs: Path | None = None,
    project: Path = PROJECT,
) -> Synthesis:
    """Run `main.py` for an environment; raises `UserError` with every fault of its settings.

    `release` is the SHA-256 of a published one, in place of the application's directory, `image`
    what instances start from, `watched` whether errors stop their refresh, `constructs` gets their
    places; `project` may be another version.
    """
    start = time.perf_counter()
    environ = {"APP_ENV": environment, "CDKTF_OUTDIR": str(output.resolve())}
    if release is not None:
        environ["APP_RELEASE"] = release
    if image is not None:
        environ["APP_IMAGE"] = image
    if not watched:
        environ["APP_UNWATCHED"] = "yes"
    if constructs is not None:
        environ["APP_CONSTRUCTS"] = str(constructs.resolve())
    output.parent.mkdir(parents=True, exist_ok=True)
    finished = subprocess.run(
        [sys.executable, "main.py"],
        cwd=project,
        env={**for_python(), **environ},
        capture_output=True,
        text=True,
        check=False,
    )
    seconds = time.perf_counter() - start
    if finished.returncode == 2:
        raise UserError(finished.stderr.strip())
    if finished.returncode != 0:
        raise CommandError(f"main.py failed for {environment}:\n{finished.stderr.strip()}")
    return Synthesis(environment, output, read(output), seconds)


def read(output: Path) -> tuple[Stack, ...]:
    """The stacks that the manifest of an output folder names, in alphabetical order."""
    manifest = json.loads((output / "manifest.json").read_text(encoding="utf-8"))
    return tuple(
        Stack(name=stack["name"], file=output / stack["synthesizedStackPath"])
        for stack in manifest["stacks"].values()
    )


def key_of(stack: Stack) -> str:
    """Where a stack's state is."""
    return str(stack.content["terraform"]["backend"]["s3"]["key"])


def references(stack: Stack) -> Mapping[str, frozenset[str]]:
    """The outputs that a stack reads, by the key of the state that has them."""
    lookups = stack.content.get("data", {}).get("terraform_remote_state", {})
    found: dict[str, set[str]] = {name: set() for name in lookups}
    for name, output in OUTPUT_REFERENCE.findall(json.dumps(stack.content)):
        if name in found:
            found[name].add(output)
    return {lookups[name]["config"]["key"]: frozenset(outputs) for name, outputs in found.items()}


# The upstreams of every stack, by name.
Graph = Mapping[str, frozenset[str]]


def dependencies(stacks: Iterable[Stack]) -> Graph:
    """A stack depends on those whose remote states it reads."""
    contents = {stack.name: stack.content for stack in stacks}
    owners = {_key(content["terraform"]["backend"]): name for name, content in contents.items()}
    return {
        name: frozenset(
            owners[key]
            for state in content.get("data", {}).get("terraform_remote_state", {}).values()
            if (key := _key({state["backend"]: state["config"]})) in owners
        )
        for name, content in contents.items()
    }


def reverse(graph: Graph) -> Graph:
    """The same stacks in the order in which they are destroyed."""
    return {
        name: frozenset(other for other, upstreams in graph.items() if name in upstreams)
        for name in graph
    }


def closure(names: Iterable[str], graph: Graph) -> frozenset[str]:
    """Stacks and all that they build on, however far below; none that the graph does not know."""
    found: set[str] = set()
    todo = [name for name in names if name in graph]
    while todo:
        name = todo.pop()
        if name not in found:
            found.add(name)
            todo.extend(graph[name])
    return frozenset(found)


def in_order(graph: Graph) -> list[str]:
    """Every stack after those that it depends on, the most depended on first."""
    depths = depth_below(graph)
    sorter = TopologicalSorter(graph)
    sorter.prepare()
    ordered: list[str] = []
    while sorter.is_active():
        ready = sorted(sorter.get_ready(), key=lambda name: (-depths[name], name))
        ordered.extend(ready)
        sorter.done(*ready)
    return ordered


def depth_below(graph: Graph) -> Mapping[str, int]:
    """How many stacks the longest chain has that waits for each one."""
    dependants = reverse(graph)
    depths: dict[str, int] = {}
    for name in TopologicalSorter(dependants).static_order():
        depths[name] = 1 + max((depths[each] for each in dependants[name]), default=-1)
    return depths


def critical_path(graph: Graph, seconds: Mapping[str, float]) -> list[str]:
    """The chain of stacks, each of which waits for the one before it, that takes longest in sum.

    However many can be worked on at a time, all of them take no less. `seconds` are those of a
    stack by itself; one that has none is not on the way.
    """
    chains: dict[str, list[str]] = {}

    def length(chain: Iterable[str]) -> float:
        return sum(seconds[name] for name in chain)

    for name in (each for each in TopologicalSorter(graph).static_order() if each in seconds):
        before = [chains[each] for each in sorted(graph[name]) if each in chains]
        chains[name] = [*max(before, key=length, default=[]), name]
    return max(chains.values(), key=length, default=[])


def _key(backend: Mapping[str, Mapping[str, str]]) -> tuple[str | None, ...]:
    """What tells two states apart."""
    ((kind, config),) = backend.items()
    return kind, config.get("bucket"), config.get("key")


Synthesize = Callable[[str, Path], Synthesis]
# Which tiers there are does not depend on what is released: any published release will do, and the
# application's directory is left alone.
ANY_RELEASE = "0" * 64
outline: Synthesize = partial(synthesize, release=ANY_RELEASE)


def stacks_of(environment: str, synthesize: Synthesize = outline) -> tuple[Stack, ...]:
    """An environment's stacks as they are synthesized now, each after those that it reads from.

    Raises `UserError` with every fault of its settings.
    """
    with tempfile.TemporaryDirectory(prefix="terrace-") as folder:
        # Sorting reads each stack's content, which outlasts the folder.
        return ordered(synthesize(environment, Path(folder) / "out").stacks)


def ordered(stacks: Sequence[Stack]) -> tuple[Stack, ...]:
    """Each stack after those that it reads from."""
    by_name = {stack.name: stack for stack in stacks}
    return tuple(by_name[name] for name in in_order(dependencies(stacks)))


def choose(named: Sequence[str], tiers: Sequence[str]) -> tuple[str, ...]:
    """Those of the tiers that are named, or all of them, in the order of `tiers`.

    Raises `UserError` for one that does not exist.
    """
    unknown = [tier for tier in named if tier not in tiers]
    if unknown:
        raise UserError("; ".join(_remedy(tier, tiers) for tier in unknown))
    return tuple(tier for tier in tiers if tier in named or not named)


def _remedy(tier: str, tiers: Sequence[str]) -> str:
    close = difflib.get_close_matches(tier, tiers, n=1)
    hint = f"did you mean {close[0]}?" if close else f"use any of {', '.join(tiers)}"
    return f'there is no tier "{tier}": {hint}'
