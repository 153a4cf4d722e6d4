"""What an EC2 instance type's name says about it."""

import re
from typing import Literal

Architecture = Literal["arm64", "x86_64"]

# <family><generation><attributes>.<size>; a "g" among the attributes is an AWS Graviton processor.
# https://docs.aws.amazon.com/ec2/latest/instancetypes/instance-type-names.html
_NAME = re.compile(r"^(?P<family>[a-z]+?)(?P<generation>\d+)(?P<attributes>[a-z0-9-]*)\.")


def architecture_of(instance_type: str) -> Architecture:
    """The processor architecture that an instance type's name implies."""
    if instance_type.startswith("a1."):
        return "arm64"
    name = _NAME.match(instance_type)
    return "arm64" if name and "g" in name["attributes"] else "x86_64"
