"""Folders that are downloaded once, and are there whole or not at all."""

import os
import shutil
from pathlib import Path


def put(fresh: Path, folder: Path) -> None:
    """Have the folder appear whole; another process may have been first."""
    whole = folder.with_name(f"{folder.name}.{os.getpid()}")
    shutil.copytree(fresh, whole)
    try:
        whole.rename(folder)
    except OSError:
        shutil.rmtree(whole)
