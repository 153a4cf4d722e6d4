import json
from pathlib import Path
from typing import Any

import pytest

from automation.errors import CommandError
from automation.scan.document import policies
from tests.automation.scan.conftest import document


def policy(**statement: Any) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def resource_of(folder: Path, type_: str, **arguments: Any) -> Any:
    (found,) = policies(document(folder, "prod", **{type_: {"it": arguments}}))
    (statement,) = json.loads(found.document)["Statement"]
    return statement["Resource"]


def test_references_become_arns_as_aws_gives_them(tmp_path: Path) -> None:
    text = policy(Effect="Allow", Action="s3:GetObject", Resource="${aws_s3_bucket.it.arn}/*")
    resource = resource_of(tmp_path, "aws_iam_role_policy", policy=text)
    assert resource == "arn:aws:s3:::sample/*"


def test_a_reference_that_nobody_knows_is_left_to_the_linter(tmp_path: Path) -> None:
    text = policy(Effect="Allow", Action="x:Y", Resource="${aws_new.it.arn}")
    assert resource_of(tmp_path, "aws_iam_role_policy", policy=text) == "${aws_new.it.arn}"


def test_a_key_s_policy_is_about_the_key(tmp_path: Path) -> None:
    text = policy(Effect="Allow", Principal="*", Action="kms:Decrypt", Resource="*")
    resource = resource_of(tmp_path, "aws_kms_key", policy=text)
    assert resource.startswith("arn:aws:kms:")


def test_a_role_s_trust_is_about_the_role(tmp_path: Path) -> None:
    text = policy(Effect="Allow", Principal="*", Action="sts:AssumeRole")
    resource = resource_of(tmp_path, "aws_iam_role", assume_role_policy=text)
    assert resource.startswith("arn:aws:iam:")


def test_policies_in_blocks_are_found(tmp_path: Path) -> None:
    text = policy(Effect="Allow", Action="s3:GetObject", Resource="*")
    inline = [{"name": "one", "policy": text}]
    assert resource_of(tmp_path, "aws_iam_role", inline_policy=inline) == "*"


def test_a_policy_that_cannot_be_read_is_no_policy_without_faults(tmp_path: Path) -> None:
    text = '${jsonencode({"Statement" = []})}'
    with pytest.raises(CommandError, match="queue/it: policy is no policy document"):
        list(policies(document(tmp_path, "prod", aws_iam_policy={"it": {"policy": text}})))
