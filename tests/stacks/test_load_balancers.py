"""A public or a private load balancer, and both while one takes over from the other."""

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from config import load
from tests.conftest import Tiers, read_tiers, small_release, synthesize
from tests.synthesized import Resource

Choose = Callable[..., Tiers]


@pytest.fixture(scope="session")
def chosen(tmp_path_factory: pytest.TempPathFactory) -> Choose:
    """Production with another load balancer, or with both."""

    @cache
    def tiers(load_balancer: str, *, both: bool = False) -> Tiers:
        settings = load("prod")
        values: dict[str, Any] = {"load_balancer": load_balancer, "both_load_balancers": both}
        application = settings.application.model_copy(update=values)
        output: Path = tmp_path_factory.mktemp("chosen")
        settings = settings.model_copy(update={"application": application})
        return read_tiers(synthesize(settings, small_release(), output))

    return tiers


def balancers(tiers: Tiers) -> dict[str, Resource]:
    return {each["name"]: each for each in tiers["web"].resources("aws_lb").values()}


def origin(tiers: Tiers) -> Resource:
    (found,) = (
        each
        for each in tiers["edge"].only("aws_cloudfront_distribution")["origin"]
        if each["origin_id"] == "application"
    )
    return dict(found)


def test_a_private_load_balancer_is_internal_and_in_the_subnets_of_the_application(
    options: Tiers,
) -> None:
    (balancer,) = balancers(options).values()
    assert balancer["internal"]
    assert balancer["enable_deletion_protection"]
    assert len(balancer["subnets"]) == 4
    assert all("vpc_app_subnet" in each for each in balancer["subnets"])
    https, http = balancer["security_groups"]
    assert "security-groups_web_" in https
    assert "security-groups_web-http_" in http


def test_cloudfront_asks_a_private_load_balancer_through_a_vpc_origin(options: Tiers) -> None:
    (id_,) = options["edge"].resources("aws_cloudfront_vpc_origin")
    found = origin(options)
    assert "custom_origin_config" not in found
    way = found["vpc_origin_config"]
    assert way["vpc_origin_id"] == f"${{aws_cloudfront_vpc_origin.{id_}.id}}"
    (endpoint,) = options["edge"].only("aws_cloudfront_vpc_origin")["vpc_origin_endpoint_config"]
    for value in (endpoint["arn"], found["domain_name"]):
        assert "aws_lbprivate-load-balancer" in value


def test_cloudfront_asks_a_public_load_balancer_over_the_internet(prod: Tiers) -> None:
    assert not prod["edge"].resources("aws_cloudfront_vpc_origin")
    assert "vpc_origin_config" not in origin(prod)


def test_a_vpc_origin_finds_an_internet_gateway(platform: Tiers) -> None:
    """AWS asks for one, though it sends nothing through it."""
    assert platform["network"].only("aws_internet_gateway")


@pytest.mark.parametrize("asked", ["public", "private"])
def test_both_serve_until_one_has_taken_over(chosen: Choose, asked: str) -> None:
    tiers = chosen(asked, both=True)
    found = balancers(tiers)
    names = {"public": "prod-349081-web", "private": "prod-349081-web-private"}
    assert found.keys() == set(names.values())
    application = tiers["application"]
    groups = application.resources("aws_lb_target_group")
    rules = application.resources("aws_lb_listener_rule").values()
    assert len(groups) == len(rules) == 2
    assert len({each["listener_arn"] for each in rules}) == 2
    group = application.only("aws_autoscaling_group")
    assert set(group["target_group_arns"]) == {
        f"${{aws_lb_target_group.{each}.arn}}" for each in groups
    }
    assert len([each for each in group["depends_on"] if "aws_lb_listener_rule" in each]) == 2


@pytest.mark.parametrize("asked", ["public", "private"])
def test_the_one_that_is_to_go_is_not_protected(chosen: Choose, asked: str) -> None:
    protected = {
        each["enable_deletion_protection"]: each["internal"]
        for each in balancers(chosen(asked, both=True)).values()
    }
    assert protected == {True: asked == "private", False: asked != "private"}


def test_alarms_and_scaling_look_at_the_one_that_is_asked(chosen: Choose) -> None:
    private, both = chosen("private"), chosen("private", both=True)
    assert private["monitoring"].parsed["resource"] == both["monitoring"].parsed["resource"]
    policies = [each["application"].resources("aws_autoscaling_policy") for each in (private, both)]
    assert policies[0] == policies[1]


def test_nothing_of_the_one_that_stays_changes_as_the_other_comes_or_goes(chosen: Choose) -> None:
    for asked in ("public", "private"):
        alone, both = chosen(asked), chosen(asked, both=True)
        for kind in ("aws_lb", "aws_lb_listener"):
            staying = alone["web"].resources(kind)
            assert staying.items() <= both["web"].resources(kind).items()
        assert alone["edge"].parsed["resource"] == both["edge"].parsed["resource"]
