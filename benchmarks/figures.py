"""What the measurements come to."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from benchmarks.process import Run


@dataclass(frozen=True)
class Comparison:
    """The same synthesis with both levers and with the stock import of the bindings."""

    levers: Sequence[Run]
    stock: Sequence[Run]
    identical: bool

    @property
    def times_faster(self) -> float:
        """How many times faster the levers make it, by the medians."""
        return seconds(self.stock) / seconds(self.levers)

    @property
    def memory_share(self) -> float | None:
        """The memory with the levers as a share of the stock memory, by the medians."""
        ours, theirs = mebibytes(self.levers), mebibytes(self.stock)
        return None if ours is None or theirs is None else ours / theirs


@dataclass(frozen=True)
class Size:
    """The synthesis of several copies of the platform in one app."""

    copies: int
    resources: int
    runs: Sequence[Run]


def seconds(runs: Sequence[Run]) -> float:
    """The median time."""
    return median(run.seconds for run in runs)


def mebibytes(runs: Sequence[Run]) -> float | None:
    """The median of the peak memory; None where it could not be measured."""
    known = [run.peak_mib for run in runs if run.peak_mib is not None]
    return median(known) if known else None


def per_added_resource(smaller: Size, larger: Size) -> float:
    """Milliseconds that each resource adds from one size to the next."""
    added = larger.resources - smaller.resources
    return (seconds(larger.runs) - seconds(smaller.runs)) / added * 1000


def phases(runs: Sequence[dict[str, float]]) -> dict[str, float]:
    """The median seconds of each phase."""
    return {phase: median(run[phase] for run in runs) for phase in runs[0]}
