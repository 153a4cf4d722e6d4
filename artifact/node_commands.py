"""What a line of the Procfile starts of Node's packages: npm's links to programs stay out."""

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import PurePosixPath
from typing import Any

from artifact.archive import Entry
from artifact.node_modules import FOLDER, LOCK, MANIFEST

_LINKS = f"{FOLDER}/.bin/"
_NEXT = ("node_modules/next/dist/bin/next", ".bin/next")
_NEXT_BUILD = ".next/BUILD_ID"


def started(words: Sequence[str], files: Mapping[str, Entry]) -> tuple[str, str]:
    """The command that `npm start` or `npm run` stands for, or the line's fault without one.

    Neither for what else npm does, nor for an npm with options.
    """
    match words:
        case ["npm", "start"]:
            name = "start"
        case ["npm", "run" | "run-script", name] if not name.startswith("-"):
            pass
        case _:
            return "", ""
    scripts = _json(files, MANIFEST).get("scripts")
    script = scripts.get(name) if isinstance(scripts, dict) else None
    if isinstance(script, str):
        return script, ""
    if name == "start" and "server.js" in files:
        return "node server.js", ""
    return "", f"starts {' '.join(words)}, and {MANIFEST} has no script {name}: add it"


def faults(words: Sequence[str], files: Mapping[str, Entry]) -> Iterator[str]:
    """Why a program of a package cannot be started, or has nothing to serve."""
    program, *rest = words
    by_npx, by_node = program == "npx", program in ("node", "nodejs")
    if by_npx or by_node:
        program = next((each for each in rest if not each.startswith("-")), "")
    path = PurePosixPath(program).as_posix()
    known = _programs(files)
    _, linked, name = path.rpartition(_LINKS)
    if linked or (program in known and not by_node):
        remedy = (
            f"write `node {known[name]}` in its place"
            if name in known
            else f"name its package in {MANIFEST}'s dependencies, and start its file by `node`"
        )
        yield f"starts {name} by {FOLDER}/.bin, which no release has: {remedy}"
    elif by_npx:
        yield f"starts npx {program}, which would download it on an instance: lock it in {LOCK}"
    elif path.startswith(f"{FOLDER}/"):
        yield from _unlocked(path, files)
    if "start" in rest and path.endswith(_NEXT) and _NEXT_BUILD not in files:
        yield "serves .next, which is not in the directory: build it by `npx next build`"


def _unlocked(script: str, files: Mapping[str, Entry]) -> Iterator[str]:
    """A file of a package that no release would have; those that are locked are fetched."""
    if not any(script.startswith(f"{folder}/") for folder in _packages(files)):
        yield f"runs {script}, and {LOCK} locks no such package for instances: run `npm install`"


def _programs(files: Mapping[str, Entry]) -> Mapping[str, str]:
    """Where the programs are that packages bring, by their names."""
    return {
        name: f"{folder}/{PurePosixPath(str(file)).as_posix()}"
        for folder, package in _packages(files).items()
        for name, file in _named(package.get("bin"), folder).items()
    }


def _named(programs: object, folder: str) -> Mapping[str, object]:
    if isinstance(programs, str):
        return {PurePosixPath(folder).name: programs}
    return programs if isinstance(programs, dict) else {}


def _packages(files: Mapping[str, Entry]) -> Mapping[str, Mapping[str, Any]]:
    """What a lock file has installed at the top for whoever runs the application, by folder."""
    packages = _json(files, LOCK).get("packages")
    return {
        folder: package
        for folder, package in (packages if isinstance(packages, dict) else {}).items()
        if folder.startswith(f"{FOLDER}/") and isinstance(package, dict) and not package.get("dev")
    }


def _json(files: Mapping[str, Entry], name: str) -> dict[str, Any]:
    """What a file says; one that is no JSON is told as packages are looked at."""
    try:
        found = json.loads(files[name].content) if name in files else {}
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
