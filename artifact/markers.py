"""Which lines of a lock file are for instances: pip evaluates markers for where it runs itself."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

from packaging.markers import Marker
from packaging.requirements import InvalidRequirement, Requirement

from artifact.errors import ArtifactError
from artifact.locking import remedy

# The patch versions of a Python that Amazon Linux 2023 may have. A wheel too many is no harm: on
# an instance pip looks at the markers again.
_PATCHES = ("0", "99")
_CONTINUED = re.compile(r"\s*\\\n\s*")
_OPTIONS = re.compile(r"\s+(?=--)")
# Other files, and what is no wheel.
_ELSEWHERE = re.compile(r"(-r|-c|-e|--requirement|--constraint|--editable)\b")
_KERNEL = re.compile(r"\bplatform_(release|version)\b")
_COMMENT = re.compile(r"(^|\s+)#.*$")


def for_instance(lock: str, file: Path, *, python: str, machine: str) -> str:
    """The lines of a lock file that may hold on an instance, without their markers.

    `python` is such as python3.11, `machine` as `uname --machine` says it. Raises `ArtifactError`
    for what locks nothing.
    https://packaging.python.org/en/latest/specifications/dependency-specifiers/
    """
    given = [_COMMENT.sub("", each).strip() for each in _CONTINUED.sub(" ", lock).splitlines()]
    _refuse_unlocked(given, file)
    lines = [_line(each, python, machine) for each in given]
    _refuse_twice(lines, file)
    return "".join(f"{each}\n" for each in lines if each)


def _refuse_unlocked(lines: Iterable[str], file: Path) -> None:
    unlocked = [each for each in lines if _locks_nothing(each)]
    if unlocked:
        others = f" (and {len(unlocked) - 1} more)" if unlocked[1:] else ""
        raise ArtifactError(
            f'{file}: "{unlocked[0]}"{others} locks no version with its hash: run '
            f"{remedy(lambda name: (file.parent / name).is_file())}"
        )


def _locks_nothing(text: str) -> bool:
    if not text or (text.startswith("-") and not _ELSEWHERE.match(text)):
        return False
    return bool(_ELSEWHERE.match(text)) or "--hash=" not in text


def _refuse_twice(lines: Iterable[str], file: Path) -> None:
    """Pip takes one version of a package, and patch versions of Python may ask for several."""
    requirements = [each.partition("==")[0] for each in lines if "==" in each]
    for name, count in Counter(requirements).items():
        if count > 1:
            raise ArtifactError(
                f"{file}: {name} is locked {count} times for instances: lock it for one version of "
                "Python alone, such as by `uv pip compile --python-version 3.11`"
            )


def _line(text: str, python: str, machine: str) -> str:
    """A line without its marker; nothing where the marker does not hold."""
    requirement, *options = _OPTIONS.split(text, maxsplit=1)
    if not requirement or requirement.startswith("-"):
        return text
    try:
        parsed = Requirement(requirement)
    except InvalidRequirement:
        # pip says best what is wrong with it.
        return text
    if parsed.marker is not None and not _holds(parsed.marker, python, machine):
        return ""
    parsed.marker = None
    return " ".join((str(parsed), *options))


def _holds(marker: Marker, python: str, machine: str) -> bool:
    if _KERNEL.search(str(marker)):
        # Only an instance can tell.
        return True
    return any(marker.evaluate(each) for each in _environments(python, machine))


def _environments(python: str, machine: str) -> Iterator[dict[str, str]]:
    version = python.removeprefix("python")
    for patch in _PATCHES:
        yield {
            "implementation_name": "cpython",
            "implementation_version": f"{version}.{patch}",
            "os_name": "posix",
            "platform_machine": machine,
            "platform_python_implementation": "CPython",
            "platform_release": "",
            "platform_system": "Linux",
            "platform_version": "",
            "python_full_version": f"{version}.{patch}",
            "python_version": version,
            "sys_platform": "linux",
        }
