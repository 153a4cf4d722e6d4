"""What was destroyed, and how that is told."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from rich.console import Console
from rich.markup import escape

from automation.destroy.data_loss import Loss
from automation.terraform.diagnostics import faults
from automation.terraform.pool import Outcome, StackRun

_WORDS = {
    Outcome.DONE: "[green]destroyed[/]",
    Outcome.FAILED: "[red]failed[/]",
    Outcome.SKIPPED: "[yellow]not started[/]",
}


@dataclass
class DestroyResult:
    """An environment's stacks that were to be destroyed, in that order."""

    environment: str
    bucket: str
    stacks: Sequence[str] = ()
    losses: Sequence[Loss] = ()
    tracks: Mapping[str, StackRun] = field(default_factory=dict)
    left: Sequence[str] = ()
    gone: Sequence[str] = ()
    """Stacks that are no longer synthesized, but have resources: Terraform cannot destroy them."""
    unsaved: Sequence[str] = ()
    """States that Terraform could write to this machine only."""

    @property
    def ok(self) -> bool:
        """Whether all of them are gone."""
        done = all(track.outcome is Outcome.DONE for track in self.tracks.values())
        return done and not self.left and not self.gone

    def show(self, console: Console) -> None:
        """Print what became of each stack, why, and what stays."""
        for line in self._lines():
            console.print(line, highlight=False, soft_wrap=True)

    def to_json(self) -> dict[str, Any]:
        """The same for machines."""
        return {
            "environment": self.environment,
            "ok": self.ok,
            "stacks": [
                {
                    "name": name,
                    "outcome": track.outcome,
                    "destroyed": sum(len(step.applied) for step in track.steps),
                    "problems": [each.to_json() for each in faults(track.problems)],
                }
                for name, track in self.tracks.items()
            ],
            "losses": [asdict(loss) for loss in self.losses],
            "left": list(self.left),
            "gone": list(self.gone),
            "unsaved_states": list(self.unsaved),
            "state_bucket": self.bucket,
        }

    def _lines(self) -> Iterator[str]:
        if self.gone:
            yield (
                f"{self.environment}: [red]not destroyed, as no code makes them any more[/]: "
                f"{', '.join(self.gone)}: destroy them from a commit that has their code"
            )
        if not self.tracks:
            if not self.gone:
                yield f"{self.environment}: nothing is deployed, so nothing was destroyed"
            return
        for name, track in self.tracks.items():
            if track.outcome is Outcome.FAILED:
                yield from (
                    f"[red]{name}[/]: {escape(str(each))}" for each in faults(track.problems)
                )
        yield from (f"[red]left behind[/]: {escape(each)}" for each in self.left)
        for outcome, word in _WORDS.items():
            names = [name for name, track in self.tracks.items() if track.outcome is outcome]
            if names:
                yield f"{self.environment}: {word}: {', '.join(names)}"
        yield (
            f"The state bucket {self.bucket} and its key stay: when nothing else is deployed, "
            f"`python -m automation bootstrap --env {self.environment} --delete` lets go of them"
        )
