"""Places of constructs: where in the project each is made, recorded only when somebody asks."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from constructs import Construct, Node
from jsii import _runtime as jsii


@contextmanager
def recorded(file: Path, root: Path) -> Iterator[None]:
    """Write path, file and line of each construct that is made inside, as JSON.

    What is synthesized stays the same: it is written beside it, and never in it.
    """
    made: list[tuple[Any, str, int]] = []
    original = jsii.JSIIMeta.__call__

    def call(cls: Any, *args: Any, **kwargs: Any) -> Any:
        instance = original(cls, *args, **kwargs)
        if isinstance(instance, Construct):
            place = _place(root)
            if place is not None:
                made.append((instance, *place))
        return instance

    setattr(jsii.JSIIMeta, "__call__", call)  # noqa: B010
    try:
        yield
    finally:
        setattr(jsii.JSIIMeta, "__call__", original)  # noqa: B010
    places = {Node.of(it).path: {"file": name, "line": line} for it, name, line in made}
    file.write_text(json.dumps(places, indent=2, sort_keys=True) + "\n", encoding="utf-8")


def _place(root: Path) -> tuple[str, int] | None:
    """The innermost line of the project's own that is being run."""
    frame = sys._getframe(2)
    while frame is not None:
        name = frame.f_code.co_filename
        if name.startswith(f"{root}/") and name != __file__ and ".venv/" not in name:
            return name.removeprefix(f"{root}/"), frame.f_lineno
        frame = frame.f_back  # type: ignore[assignment]
    return None
