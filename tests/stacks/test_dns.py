from pathlib import Path

import pytest
from cdktf import App

from config import Settings, load
from stacks.dns import DnsStack
from stacks.security import SecurityStack
from tests.conftest import Tiers, read_tiers
from tests.synthesized import Synthesized


def dns(output: Path, **changes: object) -> Synthesized:
    prod = load("prod")
    settings: Settings = prod.model_copy(update={"dns": prod.dns.model_copy(update=changes)})
    app = App(outdir=str(output))
    security = SecurityStack(app, settings=settings)
    DnsStack(app, settings=settings, security=security)
    app.synth()
    return read_tiers(output)["dns"]


def test_a_zone_of_its_own_tells_its_name_servers_and_logs_its_queries(prod: Tiers) -> None:
    stack = prod["dns"]
    value = stack.parsed["output"]["name_servers"]["value"]
    assert value.startswith("${aws_route53_zone.zone")
    assert value.endswith(".name_servers}")
    key = stack.only("aws_cloudwatch_log_group")["kms_key_id"]
    assert "aws_kms_keyglobal-logs_key" in key
    assert "aws_route53_zone.zone" in stack.only("aws_route53_query_log")["zone_id"]


def test_an_existing_zone_is_used_and_left_as_it_is(tmp_path: Path) -> None:
    stack = dns(tmp_path, hosted_zone_id="Z0123456789ABC")
    assert not stack.resources("aws_route53_zone")
    assert not stack.resources("aws_route53_query_log")
    assert "name_servers" not in stack.parsed.get("output", {})
    assert not stack.resources("aws_route53_record")


@pytest.mark.parametrize("left", [{"query_logging": False}, {"hosted_zone_id": "Z0123456789ABC"}])
def test_what_was_logged_in_us_east_1_can_be_destroyed_where_no_more_is(
    tmp_path: Path, left: dict[str, object]
) -> None:
    """Terraform destroys nothing whose provider is no longer there."""
    providers = dns(tmp_path, **left).parsed["provider"]["aws"]
    assert [each["alias"] for each in providers if "alias" in each] == ["global"]


def test_query_logging_can_be_left_out(tmp_path: Path) -> None:
    stack = dns(tmp_path, query_logging=False)
    assert stack.resources("aws_route53_zone")
    assert not stack.resources("aws_cloudwatch_log_group")
    assert not stack.resources("aws_cloudwatch_log_resource_policy")
