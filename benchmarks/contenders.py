"""Who synthesizes the platform: Terrace, the frameworks without its levers, the AWS CDK."""

import json
import os
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import bindings
from benchmarks.aws_cdk import Made
from benchmarks.process import Run, measure
from bindings import environments, framework
from bindings.framework import CDKTF, CDKTN, Framework
from config import chosen

TERRACE, AWS_CDK = "Terrace", "AWS CDK"
AWS_CDK_REQUIREMENTS = Path(__file__).parent / "requirements" / "aws-cdk.txt"
Tell = Callable[[str], None]


@dataclass(frozen=True)
class Contender:
    """A program that synthesizes so many copies of the platform as its last argument says."""

    name: str
    command: Sequence[str]
    environ: Mapping[str, str]

    def synthesize(self, copies: int, output: Path) -> Run:
        """Run it in a process of its own."""
        output.mkdir(parents=True, exist_ok=True)
        folders = {"CDKTF_OUTDIR": str(output), "CDK_OUTDIR": str(output)}
        common = {"APP_ENV": chosen(), "STARTED": str(time.time()), **folders}
        return measure([*self.command, str(copies)], {**common, **self.environ})


def terrace() -> Contender:
    """Our own program with the framework that is installed."""
    switches = {bindings.STOCK_SWITCH: "", framework.SWITCH: framework.chosen().name}
    return Contender(TERRACE, (sys.executable, "-m", "benchmarks.subject"), switches)


def stock_name(each: Framework) -> str:
    """A framework as tables name it."""
    return f"stock {each.name.upper()}"


def stock(each: Framework, requirements: Path, folder: Path, tell: Tell) -> Contender:
    """The same program without the levers; another framework has an environment of its own."""
    python = Path(sys.executable)
    if each != framework.chosen():
        python = _installed(requirements, folder / each.name, tell)
    switches = {bindings.STOCK_SWITCH: "1", framework.SWITCH: each.name}
    return Contender(stock_name(each), (str(python), "-m", "benchmarks.subject"), switches)


def aws_cdk(output: Path, folder: Path, tell: Tell) -> tuple[Contender, Made]:
    """An application with what Terrace synthesized to a folder, as far as that goes."""
    python = str(_installed(AWS_CDK_REQUIREMENTS, folder / "aws-cdk", tell))
    tell("writing the application of the AWS CDK")
    application = folder / "application"
    written = measure([python, "-m", "benchmarks.aws_cdk", str(output), str(application)], {})
    # Its own validation of templates is off in the program, and here for its command line.
    environ = {"CDK_VALIDATION": "false"}
    return (
        Contender(AWS_CDK, (python, str(application / "app.py")), environ),
        Made(**json.loads(written.output)),
    )


def everyone(folder: Path, tell: Tell) -> tuple[list[Contender], Made]:
    """All of them, installed; raises `FrameworkError` where pip cannot."""
    # The same Node and the same cache for all of them; the levers stay with who uses them.
    bindings.use_packaged_node()
    os.environ.setdefault(bindings.CACHE_VARIABLE, str(bindings.CACHE))
    ours = terrace()
    tell("synthesizing what the AWS CDK is to have")
    ours.synthesize(1, folder / "platform")
    others = [
        stock(CDKTF, environments.PROVIDER_5, folder, tell),
        stock(CDKTN, environments.CDKTN, folder, tell),
    ]
    cdk, made = aws_cdk(folder / "platform", folder, tell)
    return [ours, *others, cdk], made


def _installed(requirements: Path, folder: Path, tell: Tell) -> Path:
    tell(f"installing {requirements.name}")
    start = time.perf_counter()
    python = environments.create(requirements, folder)
    tell(f"installed {requirements.name} in {time.perf_counter() - start:.0f} s")
    return python
