"""What is wrong with the application's directory, for the person who can mend it."""

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path


class ArtifactError(Exception):
    """The application cannot be packed; each of the reasons says why, and what to do."""

    def __init__(self, *reasons: str) -> None:
        super().__init__("\n".join(reasons))
        self.reasons = reasons


@contextmanager
def collected(reasons: list[str], path: Path) -> Iterator[None]:
    """Take down what goes wrong with a path, and go on; system errors become reasons."""
    try:
        yield
    except ArtifactError as error:
        reasons.extend(error.reasons)
    except OSError as error:
        reasons.append(f"{path} cannot be read: {os.strerror(error.errno or 0)}; make it readable")


def raise_all(reasons: Iterable[str]) -> None:
    """Raise one error with all reasons, if there are any."""
    if reasons := tuple(reasons):
        raise ArtifactError(*reasons)
