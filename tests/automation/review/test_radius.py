"""What depends on a change, in its stack and in others, and what leads to a replacement."""

import time
from collections.abc import Mapping
from typing import Any

import pytest

from automation.review import html, markdown, text
from tests.automation.review.reviewing import entry, plan, reviewed, update

REPLACE = ["delete", "create"]


def declared(address: str, **references: str) -> dict[str, Any]:
    expressions = {name: {"references": [each]} for name, each in references.items()}
    return {"address": address, "type": address.partition(".")[0], "expressions": expressions}


def lookup(stack: str) -> dict[str, Any]:
    (found,) = plan(upstreams=[stack])["configuration"]["root_module"]["resources"]
    return dict(found)


def configured(changes: list[Any], *resources: Any, **more: Any) -> dict[str, Any]:
    root = {"resources": list(resources), **more}
    return plan(*changes) | {"configuration": {"root_module": root}}


def replaced(address: str, attribute: str) -> dict[str, Any]:
    type_, name = address.split(".")
    return entry(
        type_,
        REPLACE,
        {attribute: "a"},
        {},
        name=name,
        after_unknown={attribute: True},
        replace_paths=[[attribute]],
    )


def platform() -> Mapping[str, Any]:
    """The zone is replaced, so the certificate is, which a listener of another stack has."""
    dns = configured(
        [replaced("aws_route53_zone.z", "name")],
        declared("aws_route53_zone.z"),
        outputs={"zone": {"expression": {"references": ["aws_route53_zone.z.zone_id"]}}},
    )
    output = "data.terraform_remote_state.dns.outputs.zone"
    listener = entry(
        "aws_lb_listener",
        ["update"],
        {"certificate_arn": "a"},
        {"certificate_arn": None},
        after_unknown={"certificate_arn": True},
    )
    web = configured(
        [replaced("aws_acm_certificate.c", "zone"), listener],
        lookup("dns"),
        declared("aws_acm_certificate.c", zone=output),
        declared("aws_lb_listener.it", certificate_arn="aws_acm_certificate.c.arn"),
        declared("aws_lb_listener_rule.r", listener_arn="aws_lb_listener.it.arn"),
    )
    return {"dns": dns, "web": web}


def test_what_depends_on_a_change_is_told_through_outputs_too() -> None:
    review = reviewed(**platform())
    found = {each.address: each.affects for each in review.changes}
    listener = ("web: aws_lb_listener.it", "web: aws_lb_listener_rule.r")
    assert found == {
        "aws_route53_zone.z": ("web: aws_acm_certificate.c", *listener),
        "aws_acm_certificate.c": listener,
        "aws_lb_listener.it": listener[1:],
    }
    said = "3 resources depend on it: web: aws_acm_certificate.c"
    assert said in html.render(review)
    assert said.replace("_", "&#95;") in markdown.render(review)
    (stack, _) = text.to_json(review)["stacks"]
    assert stack["changes"][0]["affects"] == found["aws_route53_zone.z"]


def test_the_chain_that_leads_to_a_replacement_is_told() -> None:
    review = reviewed(**platform())
    found = {each.address: each.because for each in review.changes}
    assert found["aws_acm_certificate.c"] == ("dns: aws_route53_zone.z",)
    assert found["aws_route53_zone.z"] == found["aws_lb_listener.it"] == ()
    (certificate,) = (each for each in review.changes if each.because)
    assert "it is replaced because of dns: aws_route53_zone.z" in text.more(certificate)


def test_a_chain_goes_through_modules_and_indexes() -> None:
    vpc, subnet = replaced("aws_vpc.v", "cidr_block"), replaced("aws_subnet.s", "vpc_id")
    subnet["address"] = 'module.net["x.y"].aws_subnet.s["a.b[0]"]'
    group = replaced("aws_db_subnet_group.g", "subnet_ids") | {
        "address": "aws_db_subnet_group.g[0]"
    }
    module = {
        "resources": [declared("aws_subnet.s", vpc_id="var.vpc")],
        "outputs": {"ids": {"expression": {"references": ["aws_subnet.s"]}}},
    }
    call = {"expressions": {"vpc": {"references": ["aws_vpc.v.id"]}}, "module": module}
    found = configured(
        [vpc, subnet, group],
        declared("aws_vpc.v"),
        declared("aws_db_subnet_group.g", subnet_ids="module.net.ids"),
        module_calls={"net": call},
    )
    changes = {each.type: each for each in reviewed(network=found).changes}
    assert changes["aws_db_subnet_group"].because == (
        "network: aws_vpc.v",
        "network: module.net.aws_subnet.s",
    )
    assert changes["aws_vpc"].affects == (
        "network: module.net.aws_subnet.s",
        "network: aws_db_subnet_group.g",
    )


def test_for_how_long_something_is_away_is_told_where_aws_says_so() -> None:
    before = {"instance_class": "db.m7g.large", "multi_az": True}
    resized = update("aws_db_instance", before, instance_class="db.m7g.xlarge")
    review = reviewed(database=plan(resized))
    said = "downtime: that of a failover, typically 60 to 120 seconds"
    assert said in html.render(review)
    assert said in markdown.render(review)
    (stack,) = text.to_json(review)["stacks"]
    assert "60 to 120 seconds" in stack["changes"][0]["downtime"]
    assert review.changes[0].reasons == (
        "the database restarts, at once or in its maintenance window",
    )
    tags = reviewed(database=plan(entry("aws_db_instance", ["update"], {}, {"tags": {"a": "b"}})))
    assert tags.changes[0].downtime == ""


def test_what_is_only_looked_up_is_in_between_and_not_told() -> None:
    found = configured(
        [entry("aws_iam_role", ["delete"], {"name": "a"}, None, name="r")],
        declared("aws_iam_role.r"),
        declared("data.aws_iam_policy_document.d", role="aws_iam_role.r.arn"),
        declared("aws_s3_bucket_policy.p", policy="data.aws_iam_policy_document.d.json"),
    )
    (change,) = reviewed(security=found).changes
    assert change.affects == ("security: aws_s3_bucket_policy.p",)


def test_what_refers_to_itself_ends() -> None:
    around = {"a": {"references": ["module.m.o"]}}
    module = {
        "resources": [declared("aws_x.it", name="var.a", other="aws_x.it.name")],
        "outputs": {"o": {"expression": {"references": ["var.a"]}}},
    }
    found = configured(
        [replaced("aws_x.it", "name") | {"address": "module.m.aws_x.it"}],
        module_calls={"m": {"expressions": around, "module": module}},
    )
    (change,) = reviewed(network=found).changes
    assert (change.because, change.affects) == ((), ())


def test_what_is_routine_or_new_affects_nobody() -> None:
    found = configured(
        [
            entry("aws_vpc", ["update"], {"tags": {"a": "b"}}, {"tags": {"a": "c"}}, name="v"),
            entry("aws_iam_user", ["create"], None, {"name": "a"}, name="u"),
        ],
        declared("aws_vpc.v"),
        declared("aws_iam_user.u"),
        declared("aws_subnet.s", vpc_id="aws_vpc.v.id", user="aws_iam_user.u"),
    )
    assert [each.affects for each in reviewed(network=found).changes] == [(), ()]


@pytest.mark.parametrize(("step", "causes"), [(4, (0, 1, 4)), (1, tuple(range(17)))])
def test_however_many_stand_on_each_other_are_followed(step: int, causes: tuple[int, ...]) -> None:
    changes = [replaced(f"aws_x.n{n}", "name") for n in range(1500)]
    chain = [
        declared(f"aws_x.n{n}", name=f"aws_x.n{n // step if step > 1 else n - 1}.id")
        for n in range(1, 1500)
    ]
    before = time.process_time()
    review = reviewed(network=configured(changes, declared("aws_x.n0"), *chain))
    assert time.process_time() - before < 3
    by_address = {each.address: each for each in review.changes}
    assert by_address["aws_x.n0"].affected == 1499
    assert len(by_address["aws_x.n0"].affects) == 50
    assert by_address["aws_x.n17"].because == tuple(f"network: aws_x.n{n}" for n in causes)
