"""Flaws that are planted into what is synthesized are found there."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from automation.scan import exceptions
from automation.scan.command import ScanReport, examine
from config import load

Resources = dict[str, dict[str, dict[str, Any]]]
ANYBODY = {"cidr_ipv4": "0.0.0.0/0", "from_port": 22, "to_port": 22, "ip_protocol": "tcp"}
TYPO = [{"Effect": "Allow", "Action": ["s3:GetObjects"], "Resource": ["*"]}]


def encrypt_no_volumes(resources: Resources) -> None:
    (template,) = resources["aws_launch_template"].values()
    template["block_device_mappings"][0]["ebs"]["encrypted"] = "false"
    resources["aws_ebs_volume"] = {"scratch": {"availability_zone": "us-west-2a", "size": 8}}


def open_a_port(resources: Resources) -> None:
    rules = resources["aws_vpc_security_group_ingress_rule"]
    group = next(iter(rules.values()))["security_group_id"]
    rules["ssh"] = {**ANYBODY, "security_group_id": group}


def encrypt_no_database(resources: Resources) -> None:
    resources["aws_db_instance"]["mysql_primary_DFDC3039"]["storage_encrypted"] = False


def drop_versions(resources: Resources) -> None:
    for versioning in resources["aws_s3_bucket_versioning"].values():
        versioning["versioning_configuration"] = {"status": "Suspended"}


def mistype_an_action(resources: Resources) -> None:
    policy = {"Version": "2012-10-17", "Statement": TYPO}
    resources["aws_iam_role_policy"]["typo"] = {"role": "it", "policy": json.dumps(policy)}


@pytest.fixture(scope="module")
def scanned(
    output_of: Callable[[str], Path], tmp_path_factory: pytest.TempPathFactory
) -> Callable[[], ScanReport]:
    """The reference environment with all the flaws, looked at as it is synthesized, and offline."""

    def planted() -> ScanReport:
        output = tmp_path_factory.mktemp("planted")
        for file in output_of("prod").rglob("*.json"):
            copied = output / file.relative_to(output_of("prod"))
            copied.parent.mkdir(parents=True, exist_ok=True)
            copied.write_text(_flawed(file), encoding="utf-8")
        return examine(
            {"prod": output}, {"prod": load("prod")}, own=exceptions.load(exceptions.OWN)
        )

    return planted


FLAWS = {
    "application": (encrypt_no_volumes, mistype_an_action),
    "network": (open_a_port,),
    "database": (encrypt_no_database,),
    "storage": (drop_versions,),
}


def _flawed(file: Path) -> str:
    content = json.loads(file.read_text(encoding="utf-8"))
    for flaw in FLAWS.get(file.parent.name, ()):
        flaw(content["resource"])
    return json.dumps(content)


@pytest.mark.slow
@pytest.mark.usefixtures("installed")
def test_flaws_are_found_without_a_network(
    scanned: Callable[[], ScanReport], monkeypatch: pytest.MonkeyPatch
) -> None:
    # Where nobody listens: whoever looks for a network finds none.
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("NO_PROXY", "")
    report = scanned()
    assert not report.ok
    assert {(each.resource, each.check) for each in report.failures} >= {
        ("application/launch-template/launch-template", "CKV2_TERRACE_1"),
        ("application/scratch", "CKV_AWS_3"),
        ("application/typo", "UNKNOWN_ACTION"),
        ("database/mysql/primary", "CKV_AWS_16"),
        ("network/ssh", "CKV_AWS_24"),
        ("storage/assets/bucket", "CKV_AWS_21"),
    }
