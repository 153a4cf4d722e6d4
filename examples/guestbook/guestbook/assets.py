"""Style sheets and pictures, whose names tell what is in them.

After a change: `python -m guestbook.assets` gives each file the name of its content.
"""

import hashlib
from collections.abc import Mapping
from pathlib import Path

FOLDER = Path(__file__).parent.parent / "static"
PATH = "/static"


def named(file: Path) -> str:
    """The name that belongs to a file's content: any change of it makes another address."""
    plain = plain_name(file)
    digest = hashlib.sha256(file.read_bytes()).hexdigest()[:12]
    return f"{Path(plain).stem}.{digest}{file.suffix}"


def plain_name(file: Path) -> str:
    """The name without the part that tells the content."""
    return file.name.split(".")[0] + file.suffix


class Assets:
    """Addresses of the static files, by plain name."""

    def __init__(self, base_url: str, folder: Path = FOLDER) -> None:
        base = base_url or PATH
        self._addresses: Mapping[str, str] = {
            plain_name(file): f"{base}/{file.name}" for file in folder.iterdir()
        }

    def __call__(self, name: str) -> str:
        """The address of a file such as style.css."""
        return self._addresses[name]


def rename(folder: Path = FOLDER) -> None:
    """Give each file the name of its content."""
    for file in sorted(folder.iterdir()):
        file.rename(file.with_name(named(file)))


if __name__ == "__main__":
    rename()
