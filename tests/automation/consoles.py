"""What a command says to people who do not sit at a terminal."""

from dataclasses import dataclass, field
from io import StringIO

from rich.console import Console


@dataclass(frozen=True)
class Consoles:
    """The two consoles of a command, and what was printed to them."""

    output: StringIO = field(default_factory=StringIO)
    errors: StringIO = field(default_factory=StringIO)

    @property
    def console(self) -> Console:
        return Console(file=self.output, width=80)

    @property
    def progress(self) -> Console:
        return Console(file=self.errors, width=80)

    @property
    def lines(self) -> list[str]:
        return [line.rstrip() for line in self.output.getvalue().splitlines()]
