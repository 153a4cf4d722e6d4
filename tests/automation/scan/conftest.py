"""Stacks and documents to be scanned."""

import json
from pathlib import Path
from typing import Any

import pytest

from automation import scan
from automation.errors import UserError
from automation.scan.document import Document, merge
from automation.terraform.stacks import Stack


@pytest.fixture
def installed() -> None:
    """Skip where `make` has not installed the scanners."""
    try:
        scan.check_installed()
    except UserError as error:
        pytest.skip(str(error))


def stack(folder: Path, name: str, **content: Any) -> Stack:
    """A synthesized stack."""
    file = folder / name / "cdk.tf.json"
    file.parent.mkdir(parents=True)
    file.write_text(json.dumps(content), encoding="utf-8")
    return Stack(name, file)


def document(folder: Path, environment: str = "prod", **resources: Any) -> Document:
    """A document of one stack."""
    return merge(environment, [stack(folder, "queue", resource=resources)])


def made(path: str, **arguments: Any) -> dict[str, Any]:
    """A resource as CDKTF writes it."""
    return {"//": {"metadata": {"path": path, "uniqueId": "id"}}, **arguments}
