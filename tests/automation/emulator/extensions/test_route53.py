from typing import Any

from automation.emulator import Emulator
from tests.automation.emulator.calls import refusal


def test_a_hosted_zone_stays_while_it_has_records(emulator: Emulator) -> None:
    route53 = emulator.client("route53")
    arguments = {"Name": "zone.example.com", "CallerReference": "records"}
    zone = route53.create_hosted_zone(**arguments)["HostedZone"]["Id"]
    record = {
        "Name": "a.zone.example.com",
        "Type": "A",
        "TTL": 60,
        "ResourceRecords": [{"Value": "192.0.2.1"}],
    }

    def change(action: str) -> dict[str, Any]:
        changes = [{"Action": action, "ResourceRecordSet": record}]
        return {"HostedZoneId": zone, "ChangeBatch": {"Changes": changes}}

    route53.change_resource_record_sets(**change("CREATE"))
    assert refusal(route53.delete_hosted_zone, Id=zone) == (
        "HostedZoneNotEmpty",
        "The specified hosted zone contains non-required resource record sets and so cannot be"
        " deleted.",
    )
    code, _ = refusal(route53.change_resource_record_sets, **change("CREATE"))
    assert code == "InvalidChangeBatch"
    assert refusal(route53.create_hosted_zone, **arguments) == (
        "HostedZoneAlreadyExists",
        "A hosted zone has already been created with the specified caller reference.",
    )
    route53.change_resource_record_sets(**change("DELETE"))
    route53.delete_hosted_zone(Id=zone)
    route53.create_hosted_zone(**arguments)
