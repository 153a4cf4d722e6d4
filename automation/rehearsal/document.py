"""Tells machines how a rehearsal went."""

from typing import Any

from automation.rehearsal.result import Result
from automation.rehearsal.summary import outcome_of, phase_seconds

_SLOWEST = 20


def to_json(result: Result) -> dict[str, Any]:
    """The result as values that JSON can hold; times are in seconds."""
    return {
        "environment": result.synthesis.environment,
        "ok": result.ok,
        "failures": result.failures,
        "seconds": _rounded(result.seconds),
        "stacks": [_stack(result, name) for name in result.graph],
        "critical_path": result.critical_path,
        "slowest_resources": [
            {"stack": stack, "address": each.address, "seconds": each.seconds}
            for stack, each in result.slowest(_SLOWEST)
        ],
        "checks": {
            "total": len(result.findings),
            "failed": len(result.failed),
        },
        "gaps_used": sorted(
            {
                f"{gap.type}.{gap.attribute}"
                for verdict in result.verdicts.values()
                for gap in verdict.used
            }
        ),
        "outputs": result.outputs,
    }


def _stack(result: Result, name: str) -> dict[str, Any]:
    verdict = result.verdicts.get(name)
    return {
        "name": name,
        "outcome": outcome_of(result, name).value,
        "depends_on": sorted(result.graph[name]),
        # One block may make several resources, such as a record for each name.
        "blocks": len({each.address.partition("[")[0] for each in result.resources(name)}),
        "resources": len(result.resources(name)),
        "seconds": _rounded(phase_seconds(result, name)),
        "changes_by_emulator_gaps": [str(each) for each in verdict.explained] if verdict else [],
        "changes": [str(each) for each in verdict.unexplained] if verdict else [],
        "problems": [str(problem) for stack, problem in result.problems if stack == name],
    }


def _rounded(seconds: dict[str, float]) -> dict[str, float]:
    return {phase: round(each, 3) for phase, each in seconds.items()}
