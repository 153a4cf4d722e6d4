"""Take the package index out of `Pipfile.lock`: each user's pip decides it (`make lock`)."""

import json
from pathlib import Path

LOCK = Path("Pipfile.lock")


def without_index(lock: str) -> str:
    """The lock file's text, with versions and hashes but no word on where they were found."""
    content = json.loads(lock)
    content["_meta"]["sources"] = []
    for section in ("default", "develop"):
        for package in content[section].values():
            package.pop("index", None)
    return json.dumps(content, indent=4) + "\n"


if __name__ == "__main__":
    LOCK.write_text(without_index(LOCK.read_text(encoding="utf-8")), encoding="utf-8")
