"""Fixtures that the whole suite shares."""

import atexit
import os
import shutil
import tempfile
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path

# Tests have environments of their own: those of environments/ are the user's.
os.environ["APP_ENVIRONMENTS"] = "tests/environments"

from automation.programs import for_git

# A hook that runs the tests names its own repository, and they make some of theirs.
for _name in set(os.environ) - set(for_git()):
    del os.environ[_name]
# A make that a test runs is not the one that runs the tests.
for _name in ("MAKEFLAGS", "MAKELEVEL", "MFLAGS"):
    os.environ.pop(_name, None)

import bindings  # noqa: E402

_node_options = os.environ.get("NODE_OPTIONS", "")
bindings.prepare()

import hypothesis  # noqa: E402
import pytest  # noqa: E402
from cdktf import App  # noqa: E402

# Its Node has started with them; those of applications and of the CLI are others.
os.environ["NODE_OPTIONS"] = _node_options

from artifact import Release, Runtime, pack  # noqa: E402
from config import Naming, Settings, load  # noqa: E402
from stacks.platform import Platform  # noqa: E402
from tests.changes.costs import pytest_terminal_summary  # noqa: E402, F401
from tests.dealing import pytest_collection_modifyitems, pytest_configure  # noqa: E402, F401
from tests.skips import pytest_runtest_makereport  # noqa: E402, F401
from tests.synthesized import Synthesized  # noqa: E402

# Other tests, and whatever else a machine does, run beside an example: none fails by the clock.
hypothesis.settings.register_profile(
    "beside-others", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("beside-others")

ENVIRONMENTS = ("prod", "staging", "dev")
# Makes every choice that the others do not.
OPTIONS = "options"
# The smallest application that is one; wheels it needs none.
SMALL_APPLICATION = Path(__file__).parent / "small_application"
Tiers = Mapping[str, Synthesized]
# What holds in Terrace's own repository only, and not where environments/ is somebody's own.
collect_ignore = [] if os.environ.get("TERRACE_SHIPS") else ["test_shipped.py"]


@cache
def small_release() -> Release:
    """A release of the smallest application."""
    runtime = Runtime(packages=("python3.11",), architecture="arm64", region="us-west-2")
    workspace = Path(tempfile.mkdtemp(prefix="terrace-"))
    atexit.register(shutil.rmtree, workspace)
    return pack(SMALL_APPLICATION, runtime=runtime, static_directory="static", workspace=workspace)


@pytest.fixture(scope="session")
def output_of(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """The folder to which an environment is synthesized, once per session."""

    @cache
    def synthesized(environment: str) -> Path:
        output = tmp_path_factory.mktemp(environment)
        return synthesize(load(environment), small_release(), output)

    return synthesized


def synthesize(settings: Settings, release: Release, output: Path) -> Path:
    """Synthesize a platform to a folder."""
    app = App(outdir=str(output))
    Platform(app, settings=settings, release=release)
    app.synth()
    return output


@pytest.fixture(scope="session")
def platform_of(output_of: Callable[[str], Path]) -> Callable[[str], Tiers]:
    """Every tier of an environment."""

    return cache(lambda environment: read_tiers(output_of(environment)))


def read_tiers(output: Path) -> Tiers:
    """Every stack below an output folder, by tier."""
    files = output.glob("stacks/*/cdk.tf.json")
    return {file.parent.name: Synthesized(file.read_text(encoding="utf-8")) for file in files}


@pytest.fixture(scope="session")
def prod(platform_of: Callable[[str], Tiers]) -> Tiers:
    """The tiers of the reference environment."""
    return platform_of("prod")


@pytest.fixture(scope="session")
def options(platform_of: Callable[[str], Tiers]) -> Tiers:
    """The tiers with every other choice made."""
    return platform_of(OPTIONS)


@pytest.fixture(params=(*ENVIRONMENTS, OPTIONS), scope="session")
def platform(request: pytest.FixtureRequest, platform_of: Callable[[str], Tiers]) -> Tiers:
    """The tiers of each environment in turn."""
    return platform_of(request.param)


@pytest.fixture(scope="session")
def naming() -> Naming:
    """Names of the reference environment."""
    return load("prod").naming
