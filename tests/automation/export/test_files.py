"""What a reader finds where, and how it is written."""

import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from automation.errors import CommandError
from automation.export.files import files
from automation.terraform import program
from automation.terraform.schemas import Schemas

RULE = {
    "block": {
        "attributes": {"port": {"type": "number"}},
        "block_types": {
            "match": {
                "nesting_mode": "single",
                "block": {"attributes": {"path": {"type": "string"}}},
            }
        },
    },
    "nesting_mode": "list",
}
ROUTES = {"type": ["set", ["object", {"cidr": "string", "via": "string"}]], "optional": True}
BLOCK = {
    "attributes": {
        "name": {"type": "string"},
        "tags": {"type": ["map", "string"]},
        "policy": {"type": "string"},
        "route": ROUTES,
        "nested": {"nested_type": {"nesting_mode": "list", "attributes": {}}},
    },
    "block_types": {"rule": RULE, "timeouts": {"nesting_mode": "single", "block": {}}},
}
AWS = {
    "provider": {"block": {"block_types": {"default_tags": {"nesting_mode": "list", "block": {}}}}},
    "resource_schemas": {"aws_thing": {"block": BLOCK}},
    "data_source_schemas": {"aws_thing": {"block": BLOCK}},
    "ephemeral_resource_schemas": {"aws_secret": {"block": BLOCK}},
}
STATE: dict[str, Any] = {"data_source_schemas": {"terraform_remote_state": {"block": {}}}}
SCHEMAS = Schemas({"example.org/hashicorp/aws": AWS, "terraform.io/builtin/terraform": STATE})
TERRAFORM = {"required_providers": {"aws": {"source": "aws", "version": ">= 5"}}}


def thing(construct: str = "queue", **content: Any) -> dict[str, Any]:
    metadata = {"path": f"web/{construct}/thing", "uniqueId": "x"}
    return {"//": {"metadata": metadata}, **content}


def written(folder: Path, **content: Any) -> Mapping[str, str]:
    """The files, as `terraform fmt` leaves them."""
    found = files({"terraform": TERRAFORM, **content}, SCHEMAS)
    for name, text in found.items():
        (folder / name).write_text(text, encoding="utf-8")
    if shutil.which("terraform") is None:
        pytest.skip("terraform is not installed")
    formatted = program.find().run("fmt", folder=folder)
    assert formatted.returncode == 0, formatted.stderr
    return {name: (folder / name).read_text(encoding="utf-8") for name in found}


def resource(folder: Path, **content: Any) -> str:
    found = written(folder, resource={"aws_thing": {"a": thing(**content)}})
    return found["queue.tf"]


def test_each_kind_of_block_has_its_file(tmp_path: Path) -> None:
    state = {"backend": "s3", "config": {"key": "a/b"}, "workspace": "${terraform.workspace}"}
    found = written(
        tmp_path,
        terraform={**TERRAFORM, "required_version": ">= 1.11.0", "backend": {"s3": {"key": "a"}}},
        provider={"aws": [{"region": "eu-west-1"}, {"alias": "global", "default_tags": [{}]}]},
        data={"terraform_remote_state": {"b": state}, "aws_thing": {"a": thing("Queue 2")}},
        ephemeral={"aws_secret": {"a": thing()}},
        resource={"aws_thing": {"a": thing("my_override"), "b": {"name": "b"}}},
        locals={"a": "${1 + 1}"},
        output={
            "o": {"description": "${no}", "value": "${local.a}", "depends_on": ["aws_thing.a"]}
        },
        variable={"v": {"type": "string", "default": "${no}"}},
        module={"m": {"source": "./m", "providers": {"aws": "aws.global"}}},
        moved=[{"from": "aws_thing.c", "to": "aws_thing.a"}],
        removed=[{"from": "aws_thing.d", "lifecycle": {"destroy": False}}],
        **{"import": [{"id": "i-${local.a}", "to": "aws_thing.a"}]},
    )
    assert {name: text.splitlines()[0] for name, text in found.items()} == {
        "terraform.tf": "terraform {",
        "backend.tf": "terraform {",
        "providers.tf": 'provider "aws" {',
        "remote-states.tf": 'data "terraform_remote_state" "b" {',
        "queue-2.tf": 'data "aws_thing" "a" {}',
        "queue.tf": 'ephemeral "aws_secret" "a" {}',
        # As `my_override.tf`, it would change others in place of being one.
        "my_override-resources.tf": 'resource "aws_thing" "a" {}',
        "main.tf": 'resource "aws_thing" "b" {',
        "locals.tf": "locals {",
        "outputs.tf": 'output "o" {',
        "variables.tf": 'variable "v" {',
        "modules.tf": 'module "m" {',
        "moved.tf": "moved {",
        "imports.tf": "import {",
    }


def test_references_and_words_are_bare_and_what_nobody_evaluates_is_escaped(tmp_path: Path) -> None:
    found = written(
        tmp_path,
        provider={"aws": [{"region": "eu-west-1"}, {"alias": "global", "default_tags": [{}]}]},
        output={
            "o": {"description": "${no}", "value": "${local.a}", "depends_on": ["aws_thing.a"]}
        },
        variable={"v": {"type": "string", "default": "${no}"}},
        module={"m": {"source": "./m", "providers": {"aws": "aws.global"}}},
        removed=[{"from": "aws_thing.d", "lifecycle": {"destroy": False}}],
        **{"import": [{"id": "i-${local.a}", "to": "aws_thing.a"}]},
    )
    assert 'source  = "hashicorp/aws"' in found["terraform.tf"]
    assert found["providers.tf"] == (
        'provider "aws" {\n  region = "eu-west-1"\n}\n\n'
        'provider "aws" {\n  alias = "global"\n\n  default_tags {}\n}\n'
    )
    assert found["outputs.tf"] == (
        'output "o" {\n  description = "$${no}"\n  value       = local.a\n\n'
        "  depends_on = [aws_thing.a]\n}\n"
    )
    assert "  type    = string\n" in found["variables.tf"]
    assert '  default = "$${no}"\n' in found["variables.tf"]
    assert "    aws = aws.global\n" in found["modules.tf"]
    assert "  from = aws_thing.d\n" in found["moved.tf"]
    assert found["imports.tf"] == 'import {\n  id = "i-${local.a}"\n  to = aws_thing.a\n}\n'


ORDERED = """\
resource "aws_thing" "a" {
  for_each = toset(["a"])
  provider = aws.global

  name = "${each.key}-123456789012"
  tags = {
    Name  = "n"
    "a:b" = each.key
  }

  rule {
    port = 1

    match {
      path = "/"
    }
  }

  rule {}

  timeouts {}

  lifecycle {
    ignore_changes = all

    postcondition {
      condition = true
    }
  }

  depends_on = [aws_thing.b, data.aws_thing.c]
}
"""


def test_what_decides_comes_first_and_blocks_last(tmp_path: Path) -> None:
    assert (
        resource(
            tmp_path,
            depends_on=["aws_thing.b", "${data.aws_thing.c}"],
            for_each='${toset(["a"])}',
            lifecycle={"ignore_changes": "all", "postcondition": [{"condition": "${true}"}]},
            name="${each.key}-123456789012",
            provider="aws.global",
            rule=[{"port": 1, "match": {"path": "/"}}, {}],
            tags={"Name": "n", "a:b": "${each.key}"},
            timeouts={},
        )
        == ORDERED
    )


def test_the_schema_says_what_is_a_block(tmp_path: Path) -> None:
    # In Terraform JSON, an attribute that is a list of objects may leave some of theirs out.
    text = resource(tmp_path, route=[{"cidr": "a"}, {"via": "b"}], nested=[{"a": 1}], rule=None)
    assert text == (
        'resource "aws_thing" "a" {\n'
        "  nested = [\n    {\n      a = 1\n    },\n  ]\n"
        "\n"
        '  route {\n    cidr = "a"\n  }\n'
        "\n"
        '  route {\n    via = "b"\n  }\n'
        "}\n"
    )
    assert "  route = []\n" in resource(tmp_path, route=[])
    assert "  route = local.routes\n" in resource(tmp_path, route="${local.routes}")


def test_blocks_that_are_made_for_each_of_something(tmp_path: Path) -> None:
    content = {"port": "${rule.value}", "match": {"path": "/"}}
    text = resource(tmp_path, dynamic={"rule": {"for_each": "${[1]}", "content": content}})
    assert text == (
        'resource "aws_thing" "a" {\n'
        '  dynamic "rule" {\n'
        "    for_each = [1]\n"
        "\n"
        "    content {\n"
        "      port = rule.value\n"
        "\n"
        '      match {\n        path = "/"\n      }\n'
        "    }\n"
        "  }\n"
        "}\n"
    )


def test_policies_are_read_as_what_they_say_and_scripts_line_by_line(tmp_path: Path) -> None:
    statement = {"Sid": "Use", "Resource": ["${aws_thing.b.arn}", "${aws_thing.b.arn}/*"]}
    policy = json.dumps({"Statement": [statement]})
    script = '${base64gzip(join("", ["#!/bin/sh\\necho \\"", local.a, "\\" $${b}\\nEOT\\n"]))}'
    assert resource(tmp_path, name=script, policy=policy) == (
        'resource "aws_thing" "a" {\n'
        "  name = base64gzip(<<EOT_\n"
        '#!/bin/sh\necho "${local.a}" $${b}\nEOT\n'
        "EOT_\n"
        "  )\n"
        "  policy = jsonencode({\n"
        "    Statement = [\n"
        "      {\n"
        '        Sid      = "Use"\n'
        '        Resource = [aws_thing.b.arn, "${aws_thing.b.arn}/*"]\n'
        "      },\n"
        "    ]\n"
        "  })\n"
        "}\n"
    )


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        ({"check": {"c": {}}}, "check: there is no way to export such a block"),
        ({"resource": {"aws_other": {"a": {}}}}, "knows resource aws_other"),
        ({"terraform": {**TERRAFORM, "cloud": {}}}, "terraform: there is no way to export cloud"),
        ({"locals": {"a": "${b"}}, "an expression does not end: ${b"),
        ({"resource": {"aws_thing": {"a": {"dynamic": {"x": {}}}}}}, "there is no block x"),
    ],
)
def test_nothing_is_guessed(content: dict[str, Any], complaint: str) -> None:
    with pytest.raises(CommandError) as refusal:
        files({"terraform": TERRAFORM, **content}, SCHEMAS)
    assert complaint in str(refusal.value)
