"""What the measurements come to."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from benchmarks.process import Run


@dataclass(frozen=True)
class Size:
    """The synthesis of several copies of the platform in one app."""

    copies: int
    resources: int
    runs: Sequence[Run]

    @property
    def cpu_seconds(self) -> float:
        """The median of processor time, which others on the machine change least."""
        return median(_cpu_seconds(run) for run in self.runs)

    @property
    def seconds(self) -> float:
        """The median time."""
        return median(run.seconds for run in self.runs)

    @property
    def peak_mib(self) -> float | None:
        """The median of the peak memory; None where it could not be measured."""
        known = [run.peak_mib for run in self.runs if run.peak_mib is not None]
        return median(known) if known else None


@dataclass(frozen=True)
class Growth:
    """A contender's times, the smallest size first."""

    name: str
    sizes: Sequence[Size]

    @property
    def ms_per_added_resource(self) -> float:
        """Milliseconds of processor time, from the first size to the last."""
        first, last = self.sizes[0], self.sizes[-1]
        added = last.resources - first.resources
        return (last.cpu_seconds - first.cpu_seconds) / added * 1000

    def times(self, other: "Growth") -> float:
        """How many times the processor time of another one copy takes."""
        return self.sizes[0].cpu_seconds / other.sizes[0].cpu_seconds


@dataclass(frozen=True)
class Promise:
    """A figure that has a limit."""

    text: str
    found: float
    least: float | None = None
    most: float | None = None

    @property
    def kept(self) -> bool:
        """Whether it is within its limit, as far as one shows it."""
        found = round(self.found, 2)
        return not (
            (self.least is not None and found < self.least)
            or (self.most is not None and found > self.most)
        )


def promises(terrace: Growth, stock: Growth, aws_cdk: Growth) -> list[Promise]:
    """What Terrace promises of its synthesis: times are those of one copy."""
    return [
        Promise(f"times the time of {terrace.name}: {stock.name}", stock.times(terrace), least=8),
        Promise(
            f"times the time of {aws_cdk.name}: {terrace.name}", terrace.times(aws_cdk), most=1
        ),
        Promise(f"ms per added resource: {terrace.name}", terrace.ms_per_added_resource, most=2),
    ]


def phases(runs: Sequence[dict[str, float]]) -> dict[str, float]:
    """The median seconds of each phase."""
    return {phase: median(run[phase] for run in runs) for phase in runs[0]}


def _cpu_seconds(run: Run) -> float:
    """Where the system does not tell, the time that passed."""
    return run.seconds if run.cpu_seconds is None else run.cpu_seconds
