"""A private load balancer: that it is, and that CloudFront has its way to it."""

from typing import Any

import pytest

from automation.aws.clients import Clients
from automation.checks import lookups
from automation.checks.configuration.edge import check_edge
from automation.checks.configuration.web import check_web
from config import Settings
from tests.automation.checks.configuration.account import Account, failed

ORIGIN: dict[str, Any] = {
    "Id": "vo_1",
    "Arn": "arn:aws:cloudfront::123456789012:vpcorigin/vo_1",
    "Status": "Deployed",
}


@pytest.fixture
def private(settings: Settings) -> Settings:
    return chosen(settings, load_balancer="private")


def chosen(settings: Settings, **values: Any) -> Settings:
    application = settings.application.model_copy(update=values)
    return settings.model_copy(update={"application": application})


@pytest.fixture
def balancer(account: Account, clients: Clients, private: Settings) -> Any:
    """A private load balancer in the application's subnets."""
    vpc = account.vpc()
    subnets = account.subnets(vpc, "public", "app")
    groups = [account.security_group(vpc, purpose) for purpose in ("web", "web-http")]
    made = clients.elbv2.create_load_balancer(
        Name=lookups.load_balancer_name(private, "private"),
        Scheme="internal",
        Subnets=[id_ for (_, kind), id_ in subnets.items() if kind == "app"],
        SecurityGroups=groups,
    )
    return made["LoadBalancers"][0]


def about(subject: str, clients: Clients, settings: Settings) -> set[str]:
    findings = (*check_web(clients, settings), *check_edge(clients, settings))
    return {what for what in failed(findings) if what.split(":")[0] == subject}


@pytest.mark.usefixtures("balancer")
def test_a_private_load_balancer_passes_where_it_is_chosen(
    clients: Clients, settings: Settings, private: Settings
) -> None:
    assert about("load balancer", clients, private) == set()
    assert about("load balancers", clients, private) == set()
    assert about("load balancers", clients, settings) == {"load balancers: are"}


@pytest.mark.usefixtures("balancer")
def test_one_that_is_about_to_take_over_has_to_be_there(
    clients: Clients, settings: Settings
) -> None:
    both = chosen(settings, load_balancer="private", both_load_balancers=True)
    assert about("load balancers", clients, both) == {"load balancers: are"}


def test_the_origin_is_a_deployed_vpc_origin_of_the_load_balancer(
    balancer: Any, clients: Clients, private: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    endpoint = {
        "Name": private.naming.name("application"),
        "Arn": balancer["LoadBalancerArn"],
        "HTTPPort": 80,
        "HTTPSPort": 443,
        "OriginProtocolPolicy": "https-only",
        "OriginSslProtocols": {"Quantity": 1, "Items": ["TLSv1.2"]},
    }
    origin = {**ORIGIN, "VpcOriginEndpointConfig": endpoint}
    way = {"VpcOriginId": "vo_1", "OriginReadTimeout": private.edge.origin_timeout_seconds}
    config = {
        "Origins": {
            "Items": [
                {"Id": "application", "DomainName": balancer["DNSName"], "VpcOriginConfig": way}
            ]
        }
    }
    place = "automation.checks.configuration.edge._config"
    monkeypatch.setattr(place, lambda *_: config)
    monkeypatch.setattr(
        clients.cloudfront, "get_vpc_origin", lambda **_: {"VpcOrigin": origin}, raising=False
    )
    lacking = {"application origin: headers", "application origin"}
    assert about("application origin", clients, private) <= lacking
    endpoint |= {"Arn": "another", "OriginProtocolPolicy": "match-viewer"}
    origin["Status"] = "Deploying"
    way["OriginReadTimeout"] = 1
    found = about("application origin", clients, private) - lacking
    assert found == {
        f"application origin: {what}"
        for what in ("VPC origin", "VPC origin leads to", "protocol", "seconds to answer")
    }
