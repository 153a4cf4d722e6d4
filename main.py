"""Synthesize the environment that `APP_ENV` names (default: prod, or the only one) for Terraform.

`APP_ENVIRONMENTS` may name another folder than environments/.

`APP_RELEASE` may name a published release by its SHA-256, which then takes the place of the
application's directory: that is how one goes back. `APP_IMAGE` may name the image that instances
start from, in the place of `application.image`; with `APP_UNWATCHED` nothing watches their
refresh. `APP_CONSTRUCTS` may name a file that gets the
place in the project where each construct is made.
"""

import os
import sys
from collections.abc import Sequence
from contextlib import nullcontext
from pathlib import Path

# `python -P`, which a variable of the user's may stand for, leaves the program's own folder out.
if sys.flags.safe_path:
    sys.path.insert(0, str(Path(__file__).parent))

import bindings
from artifact import ArtifactError, Release, Runtime, check, pack, published
from bindings.framework import FrameworkError
from config import ConfigError, Settings, chosen, load

PROJECT = Path(__file__).parent
WORKSPACE = PROJECT / ".terrace"


def release_of(settings: Settings, sha256: str | None = None) -> Release:
    """The published release with this hash, or else what is in the application's directory."""
    if sha256:
        return published(sha256)
    app = settings.application.app
    return pack(
        PROJECT / app.directory,
        runtime=_runtime(settings),
        static_directory=app.static_directory,
        static_wanted="static_directory" in app.model_fields_set,
        workspace=WORKSPACE,
    )


def application_faults(error: ConfigError) -> Sequence[str]:
    """What is wrong with the application as well, as far as the faulty settings let one see."""
    key, settings = "application.app", error.repaired
    if settings is None or error.concerns(f"{key}.directory"):
        return ()
    app = settings.application.app
    # Whatever depends on a faulty value is not looked at.
    vague = error.concerns(
        f"{key}.packages", f"{key}.processes", "application.architecture", "region"
    )
    try:
        check(
            PROJECT / app.directory,
            runtime=None if vague else _runtime(settings),
            static_directory=(
                None if error.concerns(f"{key}.static_directory") else app.static_directory
            ),
            static_wanted="static_directory" in app.model_fields_set,
            workspace=WORKSPACE,
        )
    except ArtifactError as faults:
        return faults.reasons
    return ()


def _runtime(settings: Settings) -> Runtime:
    return Runtime(
        packages=settings.application.app.packages,
        architecture=settings.application.architecture,
        region=settings.region,
        processes=settings.application.app.process_names,
    )


def synthesize(settings: Settings, release: Release) -> None:
    """Write `<output>/stacks/<tier>/cdk.tf.json` for every tier."""
    # `cdktf` starts Node as it is imported: after validation, and with the levers set.
    bindings.prepare()
    from cdktf import App  # noqa: PLC0415

    from stacks import places  # noqa: PLC0415
    from stacks.platform import Platform  # noqa: PLC0415

    app = App()
    constructs = os.environ.get("APP_CONSTRUCTS")
    with places.recorded(Path(constructs), PROJECT) if constructs else nullcontext():
        Platform(app, settings=settings, release=release)
    app.synth()


def main() -> int:
    """Exit code 0, or 2 when settings or application are faulty, or nothing can be written."""
    release_name = os.environ.get("APP_RELEASE")
    try:
        settings = load(
            chosen(),
            image=os.environ.get("APP_IMAGE"),
            watched="APP_UNWATCHED" not in os.environ,
        )
        release = release_of(settings, release_name)
    except ConfigError as error:
        # A published release needs no directory.
        others = () if release_name else application_faults(error)
        print(error, *others, sep="\n", file=sys.stderr)
        return 2
    except ArtifactError as error:
        print(error, file=sys.stderr)
        return 2
    try:
        synthesize(settings, release)
    except FrameworkError as error:
        print(error, file=sys.stderr)
        return 2
    except Exception as error:
        output = Path(os.environ.get("CDKTF_OUTDIR", "cdktf.out")).resolve()
        fault = bindings.disk_fault(error, output)
        if fault is None:
            raise
        print(fault, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(bindings.run(main))
