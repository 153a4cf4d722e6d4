"""Synthesize the environment that `APP_ENV` names (default: prod) to Terraform JSON."""

import os
import sys

import bindings
from config import ConfigError, Settings, load


def synthesize(settings: Settings) -> None:
    """Write `<output>/stacks/<tier>/cdk.tf.json` for every tier."""
    # `cdktf` starts Node as it is imported: after validation, and with the levers set.
    bindings.prepare()
    from cdktf import App  # noqa: PLC0415

    from stacks.platform import Platform  # noqa: PLC0415

    app = App()
    Platform(app, settings=settings)
    app.synth()


def main() -> int:
    """Exit code 0, or 2 when the settings are faulty."""
    try:
        settings = load(os.environ.get("APP_ENV", "prod"))
    except ConfigError as error:
        print(error, file=sys.stderr)
        return 2
    synthesize(settings)
    return 0


if __name__ == "__main__":
    sys.exit(bindings.run(main))
