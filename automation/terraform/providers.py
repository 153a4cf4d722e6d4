"""Finds the AWS provider on this machine and installs it once for all stacks."""

import fcntl
import json
import os
import platform
import re
import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from automation.errors import UserError
from automation.terraform import program
from automation.terraform.program import TERRAFORM, Product, Terraform
from automation.terraform.stacks import Stack

# Below the registry of the program that asks for it.
_PROVIDER = "hashicorp/aws"
# Where distributions and administrators put shared files; below the home directory, too.
SYSTEM_ROOTS = tuple(
    map(
        Path,
        (
            "/opt",
            "/usr/local/share",
            "/usr/share",
            "/usr/local/lib",
            "/usr/lib",
            "/var/lib",
            "/srv",
        ),
    )
)
_DEPTH = 2
# These read what they have written once, though nothing asks for it.
# https://github.com/hashicorp/terraform-provider-aws/pull/44876
_READS_WRITTEN = "< 6.26.0"
_ARCHITECTURES = {"x86_64": "amd64", "aarch64": "arm64"}


@dataclass(frozen=True)
class UnfitVersions:
    """Versions of the provider that are refused: what they do, who says so, and what to have."""

    versions: str
    fault: str
    page: str
    instead: str


_ISSUES = "https://github.com/hashicorp/terraform-provider-aws/issues"
# Terraform's constraints have no gaps. Withdrawn versions are in mirrors still.
UNFIT = (
    UnfitVersions(
        "= 6.1.0", "was withdrawn as faulty", f"{_ISSUES}/43213", "6.0.0, or 6.2.0 and newer"
    ),
    # Since S3 blocks SSE-C for new buckets.
    UnfitVersions(
        ">= 6.22.0, < 6.40.0",
        "plans changes of new buckets for ever",
        f"{_ISSUES}/47320",
        "a version below 6.22.0, or 6.40.0 and newer",
    ),
    UnfitVersions(
        "= 6.57.0",
        "fails at AWS's answers (UnknownError) and was withdrawn",
        f"{_ISSUES}/49181",
        "6.56.0, or 6.57.1 and newer",
    ),
)

# https://developer.hashicorp.com/terraform/cli/config/config-file#provider-installation
_CLI_CONFIG = """\
provider_installation {{
  filesystem_mirror {{
    path    = "{mirror}"
    include = ["{provider}"]
  }}
  direct {{
    exclude = ["{provider}"]
  }}
}}
"""


def environment(
    workspace: Path,
    *,
    constraint: str,
    environ: Mapping[str, str] = os.environ,
    system_roots: Iterable[Path] = SYSTEM_ROOTS,
    product: Product = TERRAFORM,
) -> dict[str, str]:
    """The environment in which Terraform finds the provider: locally if it can, else it downloads.

    The user's own CLI configuration decides where there is one; a `TF_CLI_CONFIG_FILE` that
    names no file does not count.
    """
    adapted = dict(environ)
    if _readable(Path(adapted.get("TF_CLI_CONFIG_FILE", ""))):
        return adapted
    adapted.pop("TF_CLI_CONFIG_FILE", None)
    home = Path(environ.get("HOME", "/"))
    if any(_readable(home / each) for each in product.configurations):
        return adapted
    roots = [*system_roots, home, home / ".terraform.d"]
    mirror = find_mirror(roots, constraint=constraint, product=product)
    if mirror is not None:
        workspace.mkdir(parents=True, exist_ok=True)
        config = workspace / "terraform.rc"
        text = _CLI_CONFIG.format(mirror=mirror.as_posix(), provider=_address(product))
        config.write_text(text, encoding="utf-8")
        adapted["TF_CLI_CONFIG_FILE"] = str(config.resolve())
    return adapted


def _readable(file: Path) -> bool:
    """Whether it is a file; a home directory may be somebody else's."""
    try:
        return file.is_file()
    except OSError:
        return False


def _address(product: Product) -> str:
    return f"{product.registry}/{_PROVIDER}"


def find_mirror(
    roots: Iterable[Path], *, constraint: str, product: Product = TERRAFORM
) -> Path | None:
    """The first folder that holds a provider for this platform, of a version in the range.

    https://developer.hashicorp.com/terraform/cli/config/config-file#filesystem_mirror
    """
    for root in roots:
        for folder in _folders(root, _DEPTH):
            held = _versions(folder / _address(product))
            if any(_serves(each, constraint) for each in held):
                return folder
    return None


def _serves(version: program.Version, constraint: str) -> bool:
    return program.within(version, constraint) and _unfit(version) is None


def _unfit(version: program.Version) -> UnfitVersions | None:
    return next((each for each in UNFIT if program.within(version, each.versions)), None)


def _folders(root: Path, depth: int) -> Iterator[Path]:
    """A folder, then those below it that are not hidden, to a depth."""
    yield root
    if depth == 0:
        return
    try:
        with os.scandir(root) as entries:
            names = sorted(each.name for each in entries if each.is_dir())
    except OSError:
        return
    for name in names:
        if not name.startswith("."):
            yield from _folders(root / name, depth - 1)


def _versions(provider: Path) -> Iterator[program.Version]:
    """The versions that a mirror holds for this platform, unpacked or as archives."""
    here = _platform()
    packed = re.compile(rf"terraform-provider-aws_([\d.]+)_{here}\.zip")
    try:
        entries = sorted(provider.iterdir())
    except OSError:
        return
    for entry in entries:
        archive = packed.fullmatch(entry.name)
        unpacked = entry.name if (entry / here).is_dir() else ""
        found = program.parse(archive[1] if archive else unpacked)
        if found is not None:
            yield found


def _platform() -> str:
    machine = platform.machine().lower()
    return f"{platform.system().lower()}_{_ARCHITECTURES.get(machine, machine)}"


LOCK = ".terraform.lock.hcl"
# Says what was installed, once it is.
_DONE = "installed.json"
# The provider's work is mostly to read its own schema, and a fifth of that to collect garbage.
# https://go.dev/doc/gc-guide
_SWIFT = {"GOGC": "400"}
_AGAIN = "plans need what they were made with: make them again with `plan --out`"


def _remedy(product: Product) -> str:
    return (
        f"let {product.name} reach https://{product.registry}, or unpack the provider into "
        f"{SYSTEM_ROOTS[0]}/terraform/{_address(product)}/<version>/<platform>/"
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

    @property
    def aws(self) -> str:
        """Which version of the AWS provider it is; empty where there is none."""
        found = (each for name, each in self.versions.items() if name.endswith(f"/{_PROVIDER}"))
        return next(found, "")

    @property
    def reads_written(self) -> bool:
        """Whether a plan reads the secrets that Terraform only writes."""
        found = program.parse(self.aws)
        return found is not None and program.within(found, _READS_WRITTEN)


def install(
    terraform: Terraform, stacks: Sequence[Stack], workspace: Path, *, lock: str | None = None
) -> Installation:
    """Find or download what the stacks require; raises `UserError` when it is not to be had.

    With the lock file of saved plans, that is exactly the provider that they were made with.
    """
    required = {
        name: provider for stack in stacks for name, provider in stack.required_providers.items()
    }
    workspace.mkdir(parents=True, exist_ok=True)
    with (workspace / "providers.lock").open("w") as file:
        # Commands that run at the same time share the one folder.
        fcntl.flock(file, fcntl.LOCK_EX)
        return _install(terraform, required, workspace, lock)


def _install(
    terraform: Terraform, required: dict[str, dict[str, str]], workspace: Path, locked: str | None
) -> Installation:
    constraint = required["aws"]["version"]
    folder = (workspace / "providers").resolve()
    product = terraform.product
    if locked:
        version = Installation(folder, locked, {}).aws
        constraint = f"= {version}" if version else constraint
        folder.mkdir(parents=True, exist_ok=True)
        (folder / LOCK).write_text(locked, encoding="utf-8")
    else:
        _forget_others(product, folder)
    environ = environment(
        workspace.resolve(), constraint=constraint, environ=terraform.environ, product=product
    )
    adapted = replace(terraform, environ={**environ, "TF_DATA_DIR": str(folder / "data")})
    options = ["-lockfile=readonly"] if locked else []
    complaint = "" if _installed(folder, required) else _init(adapted, folder, required, *options)
    if complaint and locked:
        # The next command is not bound by it.
        (folder / LOCK).unlink()
    elif complaint and (folder / LOCK).exists():
        # An earlier run may have locked a version that is no longer to be had.
        shutil.rmtree(folder)
        complaint = _init(adapted, folder, required)
    if complaint:
        reason = program.in_a_line(complaint)
        wanted = constraint.removeprefix("= ")
        remedy = f"{_AGAIN}, or {_remedy(product)}" if locked else _remedy(product)
        raise UserError(f"{product.name} cannot get the AWS provider {wanted}: {remedy}. {reason}")
    lock = (folder / LOCK).read_text(encoding="utf-8")
    _refuse(lock, folder)
    (folder / _DONE).write_text(_described(required, lock), encoding="utf-8")
    # What is installed is shared by other means, and one cache cannot serve several at a time.
    environ.pop("TF_PLUGIN_CACHE_DIR", None)
    return Installation(folder / "data" / "providers", lock, {**_SWIFT, **environ})


def _forget_others(product: Product, folder: Path) -> None:
    """Take away the lock of what another product has installed: from a registry of its own."""
    try:
        lock = (folder / LOCK).read_text(encoding="utf-8")
    except OSError:
        return
    if _address(product) not in Installation(folder, lock, {}).versions:
        (folder / LOCK).unlink()


def _refuse(lock: str, folder: Path) -> None:
    """Raises `UserError` for a version that is known not to do."""
    version = Installation(folder, lock, {}).aws
    parsed = program.parse(version)
    unfit = _unfit(parsed) if parsed else None
    if unfit is not None:
        # Else the next run would find it locked, whatever there is by then.
        shutil.rmtree(folder)
        raise UserError(
            f"Terraform found the AWS provider {version}, which {unfit.fault} ({unfit.page}): "
            f"give its mirror {unfit.instead}"
        )


def _installed(folder: Path, required: Mapping[str, object]) -> bool:
    """Whether an earlier command has installed just this, and it is still there.

    Terraform would hash 700 MB to say so, as it does anyway where a stack is initialized.
    """
    try:
        lock = (folder / LOCK).read_text(encoding="utf-8")
        done = (folder / _DONE).read_text(encoding="utf-8")
    except OSError:
        return False
    installed = Installation(folder / "data" / "providers", lock, {})
    return done == _described(required, lock) and all(
        (installed.folder / name / version / _platform()).is_dir()
        for name, version in installed.versions.items()
    )


def _described(required: Mapping[str, object], lock: str) -> str:
    return json.dumps({"required": required, "lock": lock}, sort_keys=True)


def _init(
    terraform: Terraform, folder: Path, required: dict[str, dict[str, str]], *options: str
) -> str:
    folder.mkdir(parents=True, exist_ok=True)
    root = {"terraform": {"required_providers": required}}
    (folder / "main.tf.json").write_text(json.dumps(root), encoding="utf-8")
    finished = terraform.run("init", "-no-color", "-input=false", *options, folder=folder)
    return finished.stderr.strip() if finished.returncode else ""
