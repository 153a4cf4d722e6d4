"""Results of rehearsals that never took place."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from automation.emulator.gaps import AttributeChange, GapVerdict
from automation.rehearse.result import RehearsalResult
from automation.terraform.pool import Outcome, StackRun
from automation.terraform.progress import AppliedResource, Event, Outputs
from automation.terraform.runner import Operation, Step
from automation.terraform.stacks import Synthesis

GRAPH = {
    "security": frozenset[str](),
    "network": frozenset({"security"}),
    "storage": frozenset({"network"}),
    "edge": frozenset({"storage"}),
}


def stack_run(outcome: Outcome = Outcome.DONE, ended: float = 0, *steps: Step) -> StackRun:
    # What has been done needs them no more.
    gone: Any = None
    return StackRun("any", gone, gone, steps=list(steps), outcome=outcome, ended=ended)


def step(command: Operation, seconds: float, *events: Event, code: int = 0) -> Step:
    return Step(command, code, seconds, events)


def applied(
    seconds: float, ended: float, *resources: AppliedResource, **outputs: object
) -> StackRun:
    steps = [
        step(Operation.INIT, 1),
        step(Operation.PLAN, 2, code=2),
        step(Operation.APPLY, seconds, *resources, Outputs(outputs)),
    ]
    return stack_run(Outcome.DONE, ended, *steps)


def failed(*events: Event) -> StackRun:
    return stack_run(Outcome.FAILED, 9, step(Operation.APPLY, 5, *events, code=1))


def planned_again(names: Iterable[str] = GRAPH) -> dict[str, StackRun]:
    return {name: stack_run(Outcome.DONE, 1, step(Operation.PLAN, 1.5)) for name in names}


def verdict(
    *, explained: Iterable[AttributeChange] = (), unexplained: Iterable[AttributeChange] = ()
) -> GapVerdict:
    return GapVerdict(tuple(explained), tuple(unexplained), frozenset())


def result(**found: Any) -> RehearsalResult:
    seconds = {"prepare": 2.0, "apply": 40.0}
    return RehearsalResult(
        Synthesis("dev", Path("cdktf.out"), (), 2.0), GRAPH, seconds=seconds, **found
    )


def success() -> RehearsalResult:
    return result(
        applied={
            "security": applied(3, 6, AppliedResource("aws_kms_key.data", "create", 2)),
            "network": applied(5, 14, AppliedResource("aws_vpc.vpc", "create", 4)),
            "storage": applied(9, 26, AppliedResource("aws_s3_bucket.assets", "create", 8)),
            "edge": applied(
                4,
                33,
                site_url="https://dev.example.com",
                name_servers=["ns-1", "ns-2"],
                **{"cross-stack-output-x": "internal"},
            ),
        },
        planned_again=planned_again(),
    )
