"""The picture says what is synthesized, of each environment."""

import re
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import pytest

from automation.diagram import draw
from automation.diagram.model import Catalogue
from automation.terraform.stacks import Stack, read
from tests.conftest import ENVIRONMENTS, OPTIONS

SVG = "{http://www.w3.org/2000/svg}"
Draw = Callable[[str], ElementTree.Element]


@pytest.fixture(scope="session")
def stacks_of(output_of: Callable[[str], Path]) -> Callable[[str], tuple[Stack, ...]]:
    return lambda environment: read(output_of(environment))


@pytest.fixture(params=(*ENVIRONMENTS, OPTIONS), scope="session")
def stacks(
    request: pytest.FixtureRequest, stacks_of: Callable[[str], tuple[Stack, ...]]
) -> tuple[Stack, ...]:
    return stacks_of(request.param)


@pytest.fixture(scope="session")
def picture_of(stacks_of: Callable[[str], tuple[Stack, ...]]) -> Draw:
    return lambda environment: parse(draw(stacks_of(environment)))


def parse(picture: str) -> ElementTree.Element:
    return ElementTree.fromstring(picture)  # noqa: S314


def words(picture: ElementTree.Element) -> list[str]:
    return [each.text or "" for each in picture.iter(f"{SVG}text")]


def icons(picture: ElementTree.Element, name: str) -> int:
    return sum(each.get("href") == f"#icon-{name}" for each in picture.iter(f"{SVG}use"))


def test_it_is_always_the_same(stacks: tuple[Stack, ...]) -> None:
    assert draw(stacks) == draw(tuple(stacks))


def test_it_can_be_heard(stacks: tuple[Stack, ...]) -> None:
    picture = parse(draw(stacks))
    assert picture.get("role") == "img"
    named = [picture.find(f"{SVG}title"), picture.find(f"{SVG}desc")]
    assert [each.get("id") for each in named if each is not None] == (
        str(picture.get("aria-labelledby")).split()
    )
    assert all(each is not None and each.text for each in named)


def test_every_tier_can_be_marked(stacks: tuple[Stack, ...]) -> None:
    groups = [each for each in parse(draw(stacks)).iter() if each.get("data-stack")]
    assert {each.get("data-stack") for each in groups} == {stack.name for stack in stacks}
    assert all(f"tier-{each.get('data-stack')}" in str(each.get("class")) for each in groups)


def test_every_tier_has_an_outline(stacks: tuple[Stack, ...]) -> None:
    outlined = {
        group.get("data-stack")
        for group in parse(draw(stacks)).iter(f"{SVG}g")
        if group.get("data-stack")
        and any("outline" in str(each.get("class")).split() for each in group.iter(f"{SVG}rect"))
    }
    assert outlined == {stack.name for stack in stacks}


def test_what_is_drawn_is_synthesized(stacks: tuple[Stack, ...]) -> None:
    catalogue = Catalogue(stacks)
    known = {each.address for stack in stacks for each in catalogue.within(stack.name)}
    for group in parse(draw(stacks)).iter():
        assert set(group.get("data-addresses", "").split()) <= known


@pytest.mark.parametrize(
    "type_",
    [
        "aws_acm_certificate",
        "aws_autoscaling_group",
        "aws_backup_plan",
        "aws_backup_vault",
        "aws_cloudfront_distribution",
        "aws_cloudtrail",
        "aws_db_instance",
        "aws_kms_key",
        "aws_lb",
        "aws_nat_gateway",
        "aws_route53_zone",
        "aws_s3_bucket",
        "aws_sns_topic",
        "aws_subnet",
        "aws_vpc",
        "aws_vpc_endpoint",
        "aws_wafv2_web_acl",
    ],
)
def test_what_matters_is_drawn(stacks: tuple[Stack, ...], type_: str) -> None:
    drawn = " ".join(each.get("data-addresses", "") for each in parse(draw(stacks)).iter()).split()
    topics = [each for each in Catalogue(stacks).of(type_) if each.stack != "audit"]
    expected = topics if type_ == "aws_sns_topic" else Catalogue(stacks).of(type_)
    assert {each.address for each in expected} <= set(drawn)


def test_nothing_leaves_the_sheet(stacks: tuple[Stack, ...]) -> None:
    picture = parse(draw(stacks))
    _, _, width, height = (float(each) for each in str(picture.get("viewBox")).split())
    for each in picture.iter(f"{SVG}rect"):
        x, y = float(str(each.get("x"))), float(str(each.get("y")))
        assert 0 <= x <= x + float(str(each.get("width"))) <= width
        assert 0 <= y <= y + float(str(each.get("height"))) <= height
    for each in picture.iter(f"{SVG}text"):
        assert 0 < float(str(each.get("x"))) < width
        assert 0 < float(str(each.get("y"))) < height


def test_it_needs_nothing_from_elsewhere(stacks: tuple[Stack, ...]) -> None:
    picture = draw(stacks)
    assert set(re.findall(r"https?://[^\"]+", picture)) == {"http://www.w3.org/2000/svg"}
    assert "<script" not in picture
    used = set(re.findall(r'href="#([\w-]+)"', picture)) | set(
        re.findall(r"url\(#([\w-]+)", picture)
    )
    assert used <= set(re.findall(r'id="([\w-]+)"', picture))


def test_a_private_load_balancer_is_reached_through_a_vpc_origin(picture_of: Draw) -> None:
    said = "through a VPC origin"
    assert said in words(picture_of("options"))
    assert said not in words(picture_of("prod"))


def test_production_is_highly_available(picture_of: Draw) -> None:
    picture = picture_of("prod")
    assert icons(picture, "AmazonVPCNATGateway") == 3
    assert icons(picture, "AmazonEC2Instance") == 3
    assert icons(picture, "AmazonRDS") == 2
    said = words(picture)
    assert {"us-west-2a", "us-west-2b", "us-west-2c"} <= set(said)
    assert {"MySQL primary", "Standby"} <= set(said)
    assert "Auto Scaling group: 3 to 12 m7g.large" in said


def test_development_has_no_standby_and_one_nat_gateway(picture_of: Draw) -> None:
    picture = picture_of("dev")
    assert icons(picture, "AmazonVPCNATGateway") == 1
    assert icons(picture, "AmazonEC2Instance") == 1
    assert icons(picture, "AmazonRDS") == 1
    said = words(picture)
    assert "Standby" not in said
    assert "us-west-2c" not in said
    assert "egress-only gateway" not in said
    assert "s3" in said


def test_every_choice_is_drawn(picture_of: Draw) -> None:
    picture = picture_of(OPTIONS)
    assert icons(picture, "AmazonVPCNATGateway") == 0
    assert icons(picture, "AmazonRDS") == 4
    assert icons(picture, "AmazonVPCInternetGateway") == 2
    said = words(picture)
    assert {"internet gateway", "egress-only gateway"} <= set(said)
    assert {"MySQL primary", "Standby", "Replica 1", "Replica 2"} <= set(said)
    assert "Auto Scaling group: 4 to 32 m7i.large and 2 more, some of them Spot" in said
    assert "/static/*, /media/*, /errors/*" in said


def test_a_stack_that_is_not_known_has_a_box(
    stacks_of: Callable[[str], tuple[Stack, ...]], tmp_path: Path
) -> None:
    file = tmp_path / "cdk.tf.json"
    resource = '{"//": {"metadata": {"path": "unheard/jobs/queue"}}}'
    file.write_text(f'{{"resource": {{"aws_sqs_queue": {{"jobs": {resource}}}}}}}')
    picture = draw((*stacks_of("dev"), Stack("unheard", file)))
    assert "UNHEARD" in words(parse(picture))
    assert 'class="tier tier-unheard"' in picture
    assert 'data-addresses="unheard:aws_sqs_queue.jobs"' in picture
    assert "1 resource" in words(parse(picture))


@pytest.mark.parametrize(
    "missing", ["network", "dns", "edge", "logs", "storage", "web", "application", "database"]
)
def test_a_tier_that_is_missing_is_not_drawn(
    stacks_of: Callable[[str], tuple[Stack, ...]], missing: str
) -> None:
    stacks = tuple(stack for stack in stacks_of("dev") if stack.name != missing)
    assert f"tier-{missing}" not in draw(stacks)
