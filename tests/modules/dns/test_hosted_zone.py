from cdktf import TerraformStack

from config import Naming
from modules.dns.hosted_zone import HostedZone
from tests.synthesized import Synthesized, synthesize


def zone(naming: Naming, existing_zone_id: str | None = None) -> Synthesized:
    return synthesize(
        lambda stack: HostedZone(
            stack,
            "zone",
            naming=naming,
            domain_name="example.com",
            existing_zone_id=existing_zone_id,
        )
    )


def test_a_new_zone_lets_only_amazon_issue_certificates(naming: Naming) -> None:
    stack = zone(naming)
    assert stack.has("aws_route53_zone", name="example.com", tags={"Name": "prod-349081-zone"})
    assert stack.has(
        "aws_route53_record",
        name="example.com",
        type="CAA",
        records=[
            '0 issue "amazon.com"',
            '0 issue "amazontrust.com"',
            '0 issue "awstrust.com"',
            '0 issue "amazonaws.com"',
        ],
    )


def test_an_existing_zone_is_left_as_it_is(naming: Naming) -> None:
    assert "resource" not in zone(naming, "Z0123456789ABC").parsed


def test_only_a_new_zone_has_name_servers_to_tell(naming: Naming) -> None:
    def build_both(stack: TerraformStack) -> None:
        new = HostedZone(stack, "new", naming=naming, domain_name="example.com")
        existing = HostedZone(
            stack, "existing", naming=naming, domain_name="example.com", existing_zone_id="Z1"
        )
        assert new.name_servers is not None
        assert existing.name_servers is None
        assert existing.zone_id == "Z1"

    synthesize(build_both)
