"""What AWS bills of a resource, from a plan's values and from synthesized ones."""

from decimal import Decimal
from typing import Any

import pytest

from automation.cost import NO_COST, CostDifference, cents, differences, load
from automation.cost.billing import Resources
from automation.terraform.diff import UNKNOWN
from automation.terraform.plan import resources

TEMPLATE = {
    "id": "lt-1",
    "instance_type": "m7g.large",
    "block_device_mappings": [{"ebs": [{"volume_size": 20, "volume_type": "gp3"}]}],
    "monitoring": [{"enabled": True}],
}
GROUP = {"min_size": 3, "launch_template": [{"id": "lt-1"}]}
DATABASE = {
    "instance_class": "db.m7g.large",
    "engine": "mysql",
    "multi_az": True,
    "storage_type": "gp3",
    "allocated_storage": 100,
}


def month(type_: str, values: dict[str, Any], **others: dict[str, Any]) -> list[str]:
    """Each line of a resource's month, as it is told."""
    stack: Resources = {
        "it": (type_, values),
        **{f"aws_launch_template.{name}": ("aws_launch_template", v) for name, v in others.items()},
    }
    return [
        f"{each.quantity} {each.price.what}: "
        + (each.why if each.dollars is None else str(cents(each.dollars)))
        for each in load().lines("it", stack)
    ]


CASES: dict[str, tuple[str, dict[str, Any], list[str]]] = {
    "database": (
        "aws_db_instance",
        DATABASE,
        [
            "1 database `db.m7g.large`, Multi-AZ: 246.01",
            "200 storage of databases, gp3, each zone: 23.00",
        ],
    ),
    "of one zone, as it is synthesized": (
        "aws_db_instance",
        {**DATABASE, "multi_az": "false", "manage_master_user_password": "true"},
        [
            "1 database `db.m7g.large`: 122.64",
            "100 storage of databases, gp3, each zone: 11.50",
            "1 secret: 0.40",
        ],
    ),
    "of a class without a price": (
        "aws_db_instance",
        {**DATABASE, "instance_class": "db.x2g.large"},
        [
            "1 database `db.x2g.large`, Multi-AZ: no price",
            "200 storage of databases, gp3, each zone: 23.00",
        ],
    ),
    "of another engine": (
        "aws_db_instance",
        {**DATABASE, "engine": "oracle-ee"},
        ["1 database `db.m7g.large`, oracle-ee: no price"],
    ),
    "with faster storage and more insights": (
        "aws_db_instance",
        {**DATABASE, "storage_type": "io2", "database_insights_mode": "advanced"},
        [
            "1 database `db.m7g.large`, Multi-AZ: 246.01",
            "1 storage of databases, io2: no price",
            "1 advanced mode of Database Insights: no price",
        ],
    ),
    "balancer of packets": (
        "aws_lb",
        {"load_balancer_type": "network", "subnets": ["a", "b"]},
        ["1 load balancer, network: no price", "2 public IPv4 address: 7.30"],
    ),
    "gateway endpoint": ("aws_vpc_endpoint", {"vpc_endpoint_type": "Gateway"}, []),
    "endpoint of subnets that are not there yet": (
        "aws_vpc_endpoint",
        {"vpc_endpoint_type": "Interface", "subnet_ids": UNKNOWN},
        ["None interface endpoint, each zone: known after apply"],
    ),
    "balancer inside": (
        "aws_lb",
        {"internal": True, "load_balancer_type": "application"},
        ["1 load balancer: 16.43"],
    ),
    "control of bots": (
        "aws_wafv2_web_acl",
        {"rule": [{"statement": {"name": "AWSManagedRulesBotControlRuleSet"}}]},
        [
            "1 web ACL: 5.00",
            "1 rule or group of rules in a web ACL: 1.00",
            "1 control of bots, or of stolen passwords, in a web ACL: 10.00",
        ],
    ),
    "alarm by a formula": (
        "aws_cloudwatch_metric_alarm",
        {"metric_query": [{"expression": "a/b"}, {"metric": {}}, {"metric": [{"period": 60}]}]},
        ["2 metric that an alarm looks at: 0.20"],
    ),
    "alarm every ten seconds": (
        "aws_cloudwatch_metric_alarm",
        {"period": 10},
        ["1 metric that an alarm looks at more often than each minute: 0.30"],
    ),
    "secret with a copy": ("aws_secretsmanager_secret", {"replica": [{}]}, ["2 secret: 0.80"]),
    "what nobody knows": ("aws_msk_cluster", {}, ["None aws_msk_cluster: no price"]),
    "what costs nothing": ("aws_iam_role", {}, []),
}


@pytest.mark.parametrize("case", CASES)
def test_a_resource_is_billed(case: str) -> None:
    type_, values, expected = CASES[case]
    assert month(type_, values) == expected


@pytest.mark.parametrize(
    "group",
    [
        GROUP,
        {**GROUP, "launch_template": {"id": "${aws_launch_template.other.id}"}},
        {"min_size": "3", "mixed_instances_policy": [{"launch_template": [
            {"launch_template_specification": [{"launch_template_id": "lt-1"}]}]}]},
    ],
    ids=["planned", "synthesized", "mixed"],
)  # fmt: skip
def test_a_group_is_billed_with_its_launch_template(group: dict[str, Any]) -> None:
    other = TEMPLATE if "${" in str(group) else {**TEMPLATE, "id": "lt-2", "instance_type": "x"}
    one = {**TEMPLATE, "instance_type": "x"} if "${" in str(group) else TEMPLATE
    assert month("aws_autoscaling_group", group, one=one, other=other) == [
        "3 instance `m7g.large`: 178.70",
        "60 volume, gp3: 4.80",
        "21 metric of detailed monitoring: 6.30",
    ]


def difference(
    *changes: tuple[str, str, str, dict[str, Any] | None, dict[str, Any] | None],
) -> dict[str, CostDifference]:
    plan = {
        "resource_changes": [
            {
                "address": f"{type_}.{name}",
                "type": type_,
                "change": {"actions": actions.split(), "before": before, "after": after},
            }
            for type_, name, actions, before, after in changes
        ]
    }
    return dict(differences(resources("web", plan, "the plan"), load()))


def test_a_template_that_changes_changes_what_its_group_costs() -> None:
    found = difference(
        (
            "aws_launch_template",
            "t",
            "update",
            TEMPLATE,
            {**TEMPLATE, "instance_type": "t4g.small"},
        ),
        ("aws_autoscaling_group", "g", "no-op", GROUP, GROUP),
    )
    assert {name: str(each) for name, each in found.items()} == {
        "aws_autoscaling_group.g": "-141.91 dollars a month"
    }


@pytest.mark.parametrize(
    ("actions", "before", "after", "told"),
    [
        ("create", None, {}, "+32.85 dollars a month"),
        ("delete", {"id": "1"}, None, "-32.85 dollars a month"),
        ("delete create", {"id": "1"}, {"id": "2"}, "no difference"),
        ("forget", {"id": "1"}, None, "no difference"),
    ],
)
def test_what_comes_and_goes(
    actions: str, before: dict[str, Any] | None, after: dict[str, Any] | None, told: str
) -> None:
    known = (after and {**after, "subnet_id": "s"}) or ({"subnet_id": "s"} if after == {} else None)
    found = difference(("aws_nat_gateway", "n", actions, before, known))
    assert str(found.get("aws_nat_gateway.n", NO_COST)) == told


def test_what_has_no_price_is_told_unless_only_its_tags_change() -> None:
    found = difference(
        ("aws_msk_cluster", "new", "create", None, {"brokers": 3}),
        ("aws_msk_cluster", "larger", "update", {"brokers": 3}, {"brokers": 6}),
        ("aws_msk_cluster", "tagged", "update", {"tags": {}}, {"tags": {"a": "b"}}),
    )
    told = "not known of aws_msk_cluster: no price"
    assert {name: str(each) for name, each in found.items()} == {
        "aws_msk_cluster.new": told,
        "aws_msk_cluster.larger": told,
    }
    together = sum(found.values(), NO_COST)
    assert together.unpriced == ("aws_msk_cluster: no price",)
    assert together.to_json() == {
        "before": 0.0,
        "after": 0.0,
        "difference": 0.0,
        "complete": False,
        "unpriced": ["aws_msk_cluster: no price"],
    }
    assert together.dollars == Decimal(0)


@pytest.mark.parametrize("source", ["shop-database", "${aws_db_instance.primary_1.identifier}"])
def test_a_replica_has_as_much_storage_as_its_source(source: str) -> None:
    replica = {"instance_class": "db.m7g.large", "storage_type": "gp3"}
    stack: Resources = {
        "aws_db_instance.primary_1": (
            "aws_db_instance",
            {**DATABASE, "identifier": "shop-database"},
        ),
        "it": ("aws_db_instance", {**replica, "replicate_source_db": source}),
    }
    lines = {each.price.name: each.quantity for each in load().lines("it", stack)}
    assert lines == {"database": 1, "database_storage": 100}
