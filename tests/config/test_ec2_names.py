"""Regions and instance types are those that AWS's own models name, as locked here.

`EC2_NAMES=write` writes the instance types anew, after `make lock`.
"""

import os
from itertools import groupby
from pathlib import Path

import pytest
from botocore.session import get_session
from moto.ec2.models.availability_zones_and_regions import RegionsAndZonesBackend

from config import ConfigError, instance_types, parse, regions
from tests.config.generated import REQUIRED

FILE = Path(instance_types.__file__).with_suffix(".txt")
HEAD = """\
# The instance types of EC2's API, a line for each family, with its sizes.
# Written by EC2_NAMES=write pytest tests/config/test_ec2_names.py
"""


def written() -> str:
    model = get_session().get_service_model("ec2")
    names = sorted(each.partition(".") for each in model.shape_for("InstanceType").metadata["enum"])
    families = groupby(names, key=lambda each: each[0])
    return HEAD + "".join(
        f"{family} {' '.join(size for _, _, size in each)}\n" for family, each in families
    )


def test_instance_types_are_those_of_the_api() -> None:
    if os.environ.get("EC2_NAMES") == "write":
        FILE.write_text(written(), encoding="utf-8")
    assert FILE.read_text(encoding="utf-8") == written(), "write it anew: EC2_NAMES=write"


def test_regions_are_those_of_the_partition() -> None:
    for name in get_session().get_available_regions("ec2"):
        assert regions.zones(name) == tuple(
            sorted(each.name for each in RegionsAndZonesBackend.zones[name])
        )
        assert regions.region(name) == name


@pytest.mark.parametrize("name", ["us-west-7", "eu-north-2", "us-mars-1", "us-gov-west-1"])
def test_a_region_that_there_is_not_is_told(name: str) -> None:
    with pytest.raises(ConfigError) as error:
        parse({**REQUIRED, "region": name}, "gen", "gen.toml")
    assert f'region: received "{name}"; expected an AWS region of the commercial' in str(
        error.value
    )


@pytest.mark.parametrize("name", ["m2g.large", "m7g.huge", "t3.mediun", "xlarge.m7g"])
def test_an_instance_type_that_there_is_not_is_told(name: str) -> None:
    with pytest.raises(ConfigError) as error:
        parse({**REQUIRED, "application": {"instance_types": [name]}}, "gen", "gen.toml")
    assert f'application.instance_types[0]: received "{name}"; expected an EC2' in str(error.value)


@pytest.mark.parametrize("region", get_session().get_available_regions("ec2"))
def test_the_zones_of_an_environment_are_ones_that_its_region_has(region: str) -> None:
    raw = {**REQUIRED, "region": region, "network": {"availability_zone_count": 2}}
    assert set(parse(raw, "gen", "gen.toml").availability_zones) <= set(regions.zones(region))


def test_more_zones_than_a_region_has_are_told() -> None:
    with pytest.raises(ConfigError) as error:
        parse({**REQUIRED, "region": "us-west-1"}, "gen", "gen.toml")
    assert (
        "network.availability_zone_count: received 3; give at most 2, as us-west-1 has no more"
    ) in str(error.value)
