from modules.edge.alias_records import AliasRecords
from tests.synthesized import synthesize

NAMES = ("example.com", "www.example.com", "*.example.com")


def test_each_name_leads_to_the_target_over_ipv4_and_ipv6() -> None:
    stack = synthesize(
        lambda stack: AliasRecords(
            stack,
            "names",
            zone_id="Z0123456789ABC",
            domain_names=NAMES,
            target_domain_name="d111.cloudfront.net",
            target_zone_id="Z2FDTNDATAQYW2",
        )
    )
    records = stack.resources("aws_route53_record").values()
    found = {(record["name"], record["type"]) for record in records}
    assert found == {(name, kind) for name in NAMES for kind in ("A", "AAAA")}
    for record in records:
        assert record["zone_id"] == "Z0123456789ABC"
        assert record["alias"] == {
            "name": "d111.cloudfront.net",
            "zone_id": "Z2FDTNDATAQYW2",
            "evaluate_target_health": False,
        }
