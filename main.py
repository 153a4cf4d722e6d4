"""Synthesize the environment that `APP_ENV` names (default: prod) to Terraform JSON.

`APP_ENVIRONMENTS` may name another folder than environments/.

`APP_RELEASE` may name a published release by its SHA-256, which then takes the place of the
application's directory: that is how one goes back.
"""

import os
import sys
from pathlib import Path

# `python -P`, which a variable of the user's may stand for, leaves the program's own folder out.
if sys.flags.safe_path:
    sys.path.insert(0, str(Path(__file__).parent))

import bindings
from artifact import ArtifactError, Release, Runtime, pack, published
from config import ConfigError, Settings, load

PROJECT = Path(__file__).parent


def release_of(settings: Settings, sha256: str | None = None) -> Release:
    """The published release with this hash, or else what is in the application's directory."""
    if sha256:
        return published(sha256)
    application = settings.application
    return pack(
        PROJECT / application.app.directory,
        runtime=Runtime(
            packages=application.app.packages,
            architecture=application.architecture,
            region=settings.region,
        ),
        static_directory=application.app.static_directory,
        workspace=PROJECT / ".terrace",
    )


def synthesize(settings: Settings, release: Release) -> None:
    """Write `<output>/stacks/<tier>/cdk.tf.json` for every tier."""
    # `cdktf` starts Node as it is imported: after validation, and with the levers set.
    bindings.prepare()
    from cdktf import App  # noqa: PLC0415

    from stacks.platform import Platform  # noqa: PLC0415

    app = App()
    Platform(app, settings=settings, release=release)
    app.synth()


def main() -> int:
    """Exit code 0, or 2 when settings or application are faulty, or nothing can be written."""
    try:
        settings = load(os.environ.get("APP_ENV", "prod"))
        release = release_of(settings, os.environ.get("APP_RELEASE"))
    except (ConfigError, ArtifactError) as error:
        print(error, file=sys.stderr)
        return 2
    try:
        synthesize(settings, release)
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
