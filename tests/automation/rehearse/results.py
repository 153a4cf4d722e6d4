"""Results of rehearsals that never took place."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from automation.emulator.gaps import Change, Verdict
from automation.fleet import Track
from automation.rehearsal.result import Result
from automation.runner import Command, Step
from automation.scheduler import Outcome
from automation.stream import Applied, Event, Outputs
from automation.synthesis import Synthesis

GRAPH = {
    "security": frozenset[str](),
    "network": frozenset({"security"}),
    "storage": frozenset({"network"}),
    "edge": frozenset({"storage"}),
}


def track(outcome: Outcome = Outcome.DONE, ended: float = 0, *steps: Step) -> Track:
    # What has been done needs them no more.
    gone: Any = None
    return Track("any", gone, gone, steps=list(steps), outcome=outcome, ended=ended)


def step(command: Command, seconds: float, *events: Event, code: int = 0) -> Step:
    return Step(command, code, seconds, events)


def applied(seconds: float, ended: float, *resources: Applied, **outputs: object) -> Track:
    steps = [
        step(Command.INIT, 1),
        step(Command.PLAN, 2, code=2),
        step(Command.APPLY, seconds, *resources, Outputs(outputs)),
    ]
    return track(Outcome.DONE, ended, *steps)


def failed(*events: Event) -> Track:
    return track(Outcome.FAILED, 9, step(Command.APPLY, 5, *events, code=1))


def planned_again(names: Iterable[str] = GRAPH) -> dict[str, Track]:
    return {name: track(Outcome.DONE, 1, step(Command.PLAN, 1.5)) for name in names}


def verdict(*, explained: Iterable[Change] = (), unexplained: Iterable[Change] = ()) -> Verdict:
    return Verdict(tuple(explained), tuple(unexplained), frozenset())


def result(**found: Any) -> Result:
    seconds = {"prepare": 2.0, "apply": 40.0}
    return Result(Synthesis("dev", Path("cdktf.out"), (), 2.0), GRAPH, seconds=seconds, **found)


def success() -> Result:
    return result(
        applied={
            "security": applied(3, 6, Applied("aws_kms_key.data", "create", 2)),
            "network": applied(5, 14, Applied("aws_vpc.vpc", "create", 4)),
            "storage": applied(9, 26, Applied("aws_s3_bucket.assets", "create", 8)),
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
