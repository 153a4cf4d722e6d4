"""Applications and wheels that tests make."""

import hashlib
import zipfile
from pathlib import Path


def application(folder: Path, **files: str) -> Path:
    """A directory with a Procfile, and with more files by their paths."""
    for path, content in {"Procfile": "web: start\n", **files}.items():
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(content, encoding="utf-8")
    return folder


def wheel(folder: Path, name: str, tag: str = "py3-none-any") -> str:
    """A wheel of a package that holds nothing much; the line of a lock file for it."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"{name}-1.0-{tag}.whl"
    info = f"{name}-1.0.dist-info"
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr(f"{name}.py", f"NAME = {name!r}\n")
        archive.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
        archive.writestr(f"{info}/WHEEL", f"Wheel-Version: 1.0\nTag: {tag}\n")
        archive.writestr(f"{info}/RECORD", "")
    return f"{name}==1.0 --hash=sha256:{hashlib.sha256(file.read_bytes()).hexdigest()}\n"
