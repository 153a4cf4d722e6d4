"""Schemas of the installed providers: blocks and attributes of every resource type."""

import json
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from automation.errors import CommandError
from automation.terraform.program import Terraform, answer, in_a_line
from automation.terraform.providers import LOCK, Installation

# Whoever looks up another state needs the schema of that, too.
_ROOT = {"data": {"terraform_remote_state": {"any": {"backend": "local"}}}}


@dataclass(frozen=True)
class Schemas:
    """The schemas of all providers, as Terraform prints them.

    https://developer.hashicorp.com/terraform/cli/commands/providers/schema
    """

    providers: Mapping[str, Mapping[str, Any]]

    def provider(self, source: str) -> Mapping[str, Any]:
        """The block that configures a provider, by its source: `hashicorp/aws`, or `aws`."""
        name = source.rpartition("/")[2]
        found = [each for key, each in self.providers.items() if key.rpartition("/")[2] == name]
        return _block(found[0].get("provider") if found else None, f"provider {source}")

    def of(self, kind: str, type_: str) -> Mapping[str, Any]:
        """The block of a type of `resource`, `data_source` or `ephemeral_resource`."""
        found = (each.get(f"{kind}_schemas", {}).get(type_) for each in self.providers.values())
        return _block(next(filter(None, found), None), f"{kind} {type_}")


def _block(schema: Mapping[str, Any] | None, what: str) -> Mapping[str, Any]:
    if schema is None:
        raise CommandError(f"no provider that is installed knows {what}")
    block: Mapping[str, Any] = schema["block"]
    return block


def read(
    terraform: Terraform, installation: Installation, required: Mapping[str, Mapping[str, str]]
) -> Schemas:
    """The schemas of what is installed; starts each provider once, for a second or two."""
    data = {"TF_DATA_DIR": str(installation.folder.parent)}
    adapted = replace(terraform, environ={**installation.environ, **data})
    with tempfile.TemporaryDirectory(prefix="terrace-") as name:
        folder = Path(name)
        root = {"terraform": {"required_providers": required}, **_ROOT}
        (folder / "main.tf.json").write_text(json.dumps(root), encoding="utf-8")
        (folder / LOCK).write_text(installation.lock_without_hashes, encoding="utf-8")
        finished = adapted.run("providers", "schema", "-json", folder=folder)
    try:
        return Schemas(answer(finished.stdout)["provider_schemas"])
    except (ValueError, KeyError):
        said = in_a_line(finished.stderr)
        raise CommandError(f"terraform providers schema failed: {said}") from None
