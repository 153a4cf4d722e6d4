"""Applies the base of a preview: only the stacks that are needed, the slowest resources first."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from automation.errors import CommandError
from automation.terraform import steps
from automation.terraform.pool import Job, Outcome, StackPool, StackRun
from automation.terraform.stacks import (
    OUTPUT_REFERENCE,
    Stack,
    closure,
    dependencies,
    in_order,
    key_of,
    references,
)
from automation.terraform.steps import PATIENT

# What the provider waits longest for, without reading anything that is slow itself.
SLOW = frozenset({"aws_db_instance", "aws_s3_bucket_lifecycle_configuration"})
_REFERENCE = re.compile(r"\b((?:data\.)?[a-z]\w*\.[A-Za-z_][\w-]*)")
_LOOKUP = "terraform_remote_state"
_OUTPUTS = "output."


def ahead(stacks: Sequence[Stack]) -> Mapping[str, tuple[str, ...] | None]:
    """The addresses of each stack that nothing slow comes before; None when it is all of them.

    `stacks` are in the order in which they build on each other. What is slow in a stack that none
    of them reads keeps nobody waiting.
    """
    awaited = {key for stack in stacks for key in references(stack)}
    slow_outputs: set[tuple[str, str]] = set()
    found: dict[str, tuple[str, ...] | None] = {}
    for stack in stacks:
        slow = _slow(stack, SLOW if key_of(stack) in awaited else frozenset(), slow_outputs)
        resources = [address for address, _ in _each(stack, "resource", "")]
        quick = tuple(address for address in resources if address not in slow)
        found[stack.name] = None if len(quick) == len(resources) else quick
        slow_outputs |= {
            (key_of(stack), address.removeprefix(_OUTPUTS))
            for address in slow
            if address.startswith(_OUTPUTS)
        }
    return found


def _slow(stack: Stack, types: frozenset[str], outputs: set[tuple[str, str]]) -> set[str]:
    """The addresses in a stack that are of slow types, or come after something slow."""
    bodies = {address: json.dumps(body) for address, body in _bodies(stack)}
    lookups = stack.content.get("data", {}).get(_LOOKUP, {})
    keys = {name: lookup["config"]["key"] for name, lookup in lookups.items()}

    def reads_slowly(body: str) -> bool:
        return any(
            (keys.get(name), output) in outputs for name, output in OUTPUT_REFERENCE.findall(body)
        )

    slow = {
        address
        for address, body in bodies.items()
        if address.split(".")[0] in types or reads_slowly(body)
    }
    while after := {
        address
        for address, body in bodies.items()
        if address not in slow and slow & set(_REFERENCE.findall(body))
    }:
        slow |= after
    return slow


def _bodies(stack: Stack) -> Iterator[tuple[str, Any]]:
    """All that refers to something, or is referred to."""
    yield from _each(stack, "resource", "")
    yield from _each(stack, "data", "data.")
    for part, prefix in (("locals", "local."), ("output", _OUTPUTS)):
        for name, body in stack.content.get(part, {}).items():
            yield prefix + name, body


def _each(stack: Stack, part: str, prefix: str) -> Iterator[tuple[str, Any]]:
    for type_, bodies in stack.content.get(part, {}).items():
        if type_ != _LOOKUP:
            yield from ((f"{prefix}{type_}.{id_}", body) for id_, body in bodies.items())


Tracks = Mapping[str, StackRun]
_CONNECT, _AHEAD, _APPLY = "connect ", "ahead ", "apply "


class Base:
    """The stacks of the base, and which of them the emulated account has."""

    def __init__(self, stacks: Mapping[str, Stack], pool: StackPool) -> None:
        graph = dependencies(stacks.values())
        self._stacks = {name: stacks[name] for name in in_order(graph)}
        self._graph = graph
        self._pool = pool
        self._applied: set[str] = set()

    def apply(self, names: Iterable[str], then: Mapping[str, Job] | None = None) -> Tracks:
        """Have stacks, and all that they build on; raises `CommandError` where that fails.

        The jobs in `then` come after those of `applying`; the runs are theirs.
        """
        wanted = closure(names, self._graph) - self._applied
        jobs = self._jobs([stack for name, stack in self._stacks.items() if name in wanted])
        later = {
            name: replace(job, after=job.after & jobs.keys()) for name, job in (then or {}).items()
        }
        if not jobs and not later:
            return {}
        title = "Applying the base" if jobs else "Planning"
        stack_runs = self._pool.run_jobs(title, {**jobs, **later})
        applied = {name: stack_runs[name] for name in jobs}
        refuse_failures(applied, "the base cannot be applied to the emulated AWS")
        self._applied |= wanted
        return {name: stack_runs[name] for name in later}

    @staticmethod
    def applying(stack: str) -> str:
        """The job after which a stack is there."""
        return _APPLY + stack

    def _jobs(self, stacks: Sequence[Stack]) -> dict[str, Job]:
        """For each stack: connect; do what nothing slow comes before; do the rest."""
        quick = ahead(stacks)
        jobs: dict[str, Job] = {}
        for name, targets in quick.items():
            upstreams = self._graph[name] & quick.keys()
            # What a quick resource reads is there after the first job of where it reads it.
            first = {(_AHEAD if quick[each] else _APPLY) + each for each in upstreams}
            last = {_APPLY + each for each in upstreams}
            jobs[_CONNECT + name] = Job(name, _connect, patient=bool(upstreams))
            before = {_CONNECT + name, *first}
            if targets:
                work = partial(_apply, targets=targets)
                jobs[_AHEAD + name] = Job(name, work, frozenset(before))
                before = {_AHEAD + name}
            if targets is not None:
                before |= last
            jobs[_APPLY + name] = Job(name, _apply, frozenset(before))
        return jobs


def refuse_failures(stack_runs: Tracks, what: str) -> None:
    """Raises `CommandError` with all that kept stacks from being done."""
    failed = [
        f"{stack_run.stack}: {problem}"
        for stack_run in stack_runs.values()
        if stack_run.outcome is Outcome.FAILED
        for problem in stack_run.problems
    ]
    if failed:
        raise CommandError("\n".join([f"{what}:", *failed]))


def _connect(stack_run: StackRun) -> bool:
    stack_run.note = "ready"
    return steps.connect(stack_run, PATIENT)


def _apply(stack_run: StackRun, targets: Iterable[str] = ()) -> bool:
    return steps.apply_at_once(stack_run, PATIENT, tuple(targets))
