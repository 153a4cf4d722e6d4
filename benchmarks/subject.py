"""What is measured from within: copies of an environment in one app, phase by phase.

`python -m benchmarks.subject <copies>` prints the seconds of each phase as JSON.
"""

import json
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import bindings
from config import chosen, load
from main import release_of

Phases = dict[str, float]


def synthesize(copies: int) -> Phases:
    """Build and synthesize the platform so many times in one app."""
    phases: Phases = {"start of Python": time.time() - float(os.environ["STARTED"])}
    with _timed(phases, "settings"):
        settings = load(chosen())
    with _timed(phases, "release"):
        release = release_of(settings)
    bindings.prepare()
    with _timed(phases, "start of Node, import of cdktf"):
        from cdktf import App  # noqa: PLC0415
        from constructs import Construct  # noqa: PLC0415
    with _timed(phases, "import of the bindings"):
        from stacks.platform import Platform  # noqa: PLC0415
    with _timed(phases, "constructs"):
        app = App()
        # The stacks of all copies are written to the same files: the same work, n times.
        for number in range(copies):
            Platform(Construct(app, f"copy-{number}"), settings=settings, release=release)
    with _timed(phases, "synthesis and writing"):
        app.synth()
    return phases


@contextmanager
def _timed(phases: Phases, phase: str) -> Iterator[None]:
    start = time.perf_counter()
    yield
    phases[phase] = time.perf_counter() - start


def main() -> int:
    """Print the phases of so many copies as `python -m benchmarks.subject` was asked for."""
    print(json.dumps(synthesize(int(sys.argv[1]))))
    return 0


if __name__ == "__main__":
    sys.exit(bindings.run(main))
