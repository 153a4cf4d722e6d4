"""Find the AWS provider on this machine, so that Terraform need not download 700 MB."""

import os
import platform
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from automation import versions

_PROVIDER = Path("registry.terraform.io", "hashicorp", "aws")
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
_ARCHITECTURES = {"x86_64": "amd64", "aarch64": "arm64"}

# https://developer.hashicorp.com/terraform/cli/config/config-file#provider-installation
_CLI_CONFIG = """\
provider_installation {{
  filesystem_mirror {{
    path    = "{mirror}"
    include = ["registry.terraform.io/hashicorp/aws"]
  }}
  direct {{
    exclude = ["registry.terraform.io/hashicorp/aws"]
  }}
}}
"""


def environment(
    workspace: Path,
    *,
    constraint: str,
    environ: Mapping[str, str] = os.environ,
    system_roots: Iterable[Path] = SYSTEM_ROOTS,
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
    if _readable(home / ".terraformrc"):
        return adapted
    mirror = find_mirror([*system_roots, home, home / ".terraform.d"], constraint=constraint)
    if mirror is not None:
        workspace.mkdir(parents=True, exist_ok=True)
        config = workspace / "terraform.rc"
        config.write_text(_CLI_CONFIG.format(mirror=mirror.as_posix()), encoding="utf-8")
        adapted["TF_CLI_CONFIG_FILE"] = str(config.resolve())
    return adapted


def _readable(file: Path) -> bool:
    """Whether it is a file; a home directory may be somebody else's."""
    try:
        return file.is_file()
    except OSError:
        return False


def find_mirror(roots: Iterable[Path], *, constraint: str) -> Path | None:
    """The first folder that holds a provider for this platform, of a version in the range.

    https://developer.hashicorp.com/terraform/cli/config/config-file#filesystem_mirror
    """
    for root in roots:
        for folder in _folders(root, _DEPTH):
            if any(versions.within(each, constraint) for each in _versions(folder / _PROVIDER)):
                return folder
    return None


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


def _versions(provider: Path) -> Iterator[versions.Version]:
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
        found = versions.parse(archive[1] if archive else unpacked)
        if found is not None:
            yield found


def _platform() -> str:
    machine = platform.machine().lower()
    return f"{platform.system().lower()}_{_ARCHITECTURES.get(machine, machine)}"
