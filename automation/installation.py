"""Install the providers once, for all stacks."""

import fcntl
import json
import re
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from automation import providers
from automation.errors import UserError
from automation.synthesis import Stack
from automation.terraform import Terraform

LOCK = ".terraform.lock.hcl"
# The provider's work is mostly to read its own schema, and a fifth of that to collect garbage.
# https://go.dev/doc/gc-guide
_SWIFT = {"GOGC": "400"}
_REMEDY = (
    "let Terraform reach https://registry.terraform.io, or unpack the provider into "
    f"{providers.SYSTEM_ROOTS[0]}/terraform/registry.terraform.io/hashicorp/aws/<version>/"
    "<platform>/"
)


@dataclass(frozen=True)
class Installation:
    """Where the providers are, a lock file that names them, and the environment that found them."""

    folder: Path
    lock: str
    environ: Mapping[str, str]

    @property
    def lock_without_hashes(self) -> str:
        """The hashes were checked once; without them no command hashes 700 MB again."""
        return re.sub(r"\n *hashes = \[.*?\]", "", self.lock, flags=re.DOTALL)

    @property
    def versions(self) -> Mapping[str, str]:
        """Which version of each provider it is."""
        return dict(re.findall(r'provider "([^"]+)" \{\s*version\s*=\s*"([^"]+)"', self.lock))


def install(terraform: Terraform, stacks: Sequence[Stack], workspace: Path) -> Installation:
    """Find or download what the stacks require; raises `UserError` when it is not to be had."""
    required = {
        name: provider for stack in stacks for name, provider in stack.required_providers.items()
    }
    workspace.mkdir(parents=True, exist_ok=True)
    with (workspace / "providers.lock").open("w") as lock:
        # Commands that run at the same time share the one folder.
        fcntl.flock(lock, fcntl.LOCK_EX)
        return _install(terraform, required, workspace)


def _install(
    terraform: Terraform, required: dict[str, dict[str, str]], workspace: Path
) -> Installation:
    constraint = required["aws"]["version"]
    folder = (workspace / "providers").resolve()
    environ = providers.environment(
        workspace.resolve(), constraint=constraint, environ=terraform.environ
    )
    adapted = replace(terraform, environ={**environ, "TF_DATA_DIR": str(folder / "data")})
    complaint = _init(adapted, folder, required)
    if complaint and (folder / LOCK).exists():
        # An earlier run may have locked a version that is no longer to be had.
        shutil.rmtree(folder)
        complaint = _init(adapted, folder, required)
    if complaint:
        reason = " ".join(complaint.replace("│", " ").split())
        raise UserError(f"Terraform cannot get the AWS provider {constraint}: {_REMEDY}. {reason}")
    lock = (folder / LOCK).read_text(encoding="utf-8")
    # What is installed is shared by other means, and one cache cannot serve several at a time.
    environ.pop("TF_PLUGIN_CACHE_DIR", None)
    return Installation(folder / "data" / "providers", lock, {**_SWIFT, **environ})


def _init(terraform: Terraform, folder: Path, required: dict[str, dict[str, str]]) -> str:
    folder.mkdir(parents=True, exist_ok=True)
    root = {"terraform": {"required_providers": required}}
    (folder / "main.tf.json").write_text(json.dumps(root), encoding="utf-8")
    finished = terraform.run("init", "-no-color", "-input=false", folder=folder)
    return finished.stderr.strip() if finished.returncode else ""
