"""Commands that need no account."""

from pathlib import Path
from typing import Annotated

import typer

from automation.options import CONSOLE, DEFAULT, PROGRESS, Environment, Environments, Json
from automation.synth import command
from automation.terraform.stacks import WORKSPACE

REVIEW = WORKSPACE / "review"
ReviewFolder = Annotated[
    Path,
    typer.Option("--out", help="gets review.md, .html and .json", show_default=".terrace/review"),
]
_PORTS = 65_535
Approvals = Annotated[Path | None, typer.Option("--approvals", help="instead of approvals.toml")]


def synth(env: Environment = DEFAULT) -> None:
    """Synthesize an environment to cdktf.out, as `python main.py` does."""
    command.synth(env, console=CONSOLE, progress=PROGRESS)


def validate(env: Environments = [DEFAULT], as_json: Json = False) -> None:  # noqa: B006
    """Synthesize, and have Terraform and the AWS provider validate every stack."""
    valid = command.validate(env, as_json=as_json, console=CONSOLE, progress=PROGRESS)
    raise typer.Exit(0 if valid else 1)


def scan(as_json: Json = False) -> None:
    """Have checkov and parliament look at every environment as it is synthesized."""
    from automation.scan.command import scan as run  # noqa: PLC0415

    raise typer.Exit(run(as_json=as_json, console=CONSOLE, progress=PROGRESS))


def diagram(
    env: Environment = DEFAULT,
    out: Annotated[Path, typer.Option("--out", help="the SVG file")] = Path("platform.svg"),
) -> None:
    """Draw an environment as it is synthesized."""
    from automation.diagram.command import diagram as run  # noqa: PLC0415

    raise typer.Exit(run(env, out=out, console=CONSOLE, progress=PROGRESS))


def wheels(env: Environments = [DEFAULT]) -> None:  # noqa: B006
    """Download what the application's instances install, so that synthesis needs no network."""
    from automation.synth.wheels import fetch  # noqa: PLC0415

    fetch(env, console=CONSOLE, progress=PROGRESS)


def app(
    *,
    env: Environment = DEFAULT,
    folder: Annotated[
        Path | None, typer.Option("--folder", help="a directory with a Procfile, instead of its")
    ] = None,
    port: Annotated[
        int, typer.Option("--port", min=1, max=_PORTS, help="where it listens, on loopback")
    ] = 8080,
    database_url: Annotated[
        str | None,
        typer.Option(
            "--database-url", envvar="DATABASE_URL", help="mysql://…; else a MariaDB of its own"
        ),
    ] = None,
) -> None:
    """Run the application of an environment here, as its instances do."""
    from automation.app.command import (  # noqa: PLC0415
        AppCommand,
        AppRequest,  # noqa: PLC0415
        application_of,
    )

    request = AppRequest(folder=folder or application_of(env), port=port, database_url=database_url)
    raise typer.Exit(AppCommand(request, console=CONSOLE, progress=PROGRESS).run())


def rehearse(
    *,
    env: Environment = DEFAULT,
    keep: Annotated[bool, typer.Option("--keep", help="leave the emulator running")] = False,
    destroy: Annotated[
        bool, typer.Option("--destroy", help="destroy everything at the end")
    ] = False,
    stop: Annotated[bool, typer.Option("--stop", help="stop a kept emulator")] = False,
    port: Annotated[
        int, typer.Option("--port", min=0, max=_PORTS, help="the emulator's; 0: any free one")
    ] = 0,
    as_json: Json = False,
) -> None:
    """Deploy an environment to an AWS that is emulated on this machine, and check it there."""
    from automation.rehearse.command import (
        RehearseCommand,  # noqa: PLC0415
        RehearseRequest,  # noqa: PLC0415
    )

    request = RehearseRequest(
        environment=env, keep=keep, destroy=destroy, port=port, as_json=as_json
    )
    command = RehearseCommand(request, console=CONSOLE, progress=PROGRESS)
    raise typer.Exit(command.stop() if stop else command.run())


def preview(
    *,
    base: Annotated[str, typer.Option("--base", help="the commit to compare with: origin/main")],
    env: Environment = DEFAULT,
    out: ReviewFolder = REVIEW,
    approvals: Approvals = None,
    dirty: Annotated[
        bool, typer.Option("--dirty", help="changes that are not committed may be in it, too")
    ] = False,
    as_json: Json = False,
) -> None:
    """Apply a base to an emulated AWS, and review what the working tree would change there."""
    from automation.preview.command import (
        PreviewCommand,  # noqa: PLC0415
        PreviewRequest,  # noqa: PLC0415
    )

    request = PreviewRequest(
        environment=env, base=base, out=out, approvals=approvals, dirty=dirty, as_json=as_json
    )
    raise typer.Exit(PreviewCommand(request, console=CONSOLE, progress=PROGRESS).run())


def review(
    *,
    plans: Annotated[Path, typer.Argument(help="what plan --out kept, or <stack>.json files")],
    env: Environment = DEFAULT,
    out: ReviewFolder = REVIEW,
    approvals: Approvals = None,
    picture: Annotated[
        Path | None, typer.Option("--diagram", help="an SVG of the architecture")
    ] = None,
    as_json: Json = False,
) -> None:
    """Say what plans would do, by risk: exit code 3 if a blocking change is not approved."""
    from automation.review.command import ReviewCommand, ReviewRequest  # noqa: PLC0415

    request = ReviewRequest(
        environment=env, plans=plans, out=out, approvals=approvals, diagram=picture, as_json=as_json
    )
    raise typer.Exit(ReviewCommand(request, console=CONSOLE, progress=PROGRESS).run())
