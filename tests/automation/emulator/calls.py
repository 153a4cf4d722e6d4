"""Calls that several tests make."""

from typing import Any

import pytest
from botocore.exceptions import ClientError

from automation.emulator import Emulator


def refused(call: Any, **arguments: Any) -> str:
    with pytest.raises(ClientError) as refusal:
        call(**arguments)
    return str(refusal.value.response["Error"]["Code"])


def template(emulator: Emulator, name: str) -> dict[str, Any]:
    tags = [{"Key": "Name", "Value": name}]
    specifications = [
        {"ResourceType": "instance", "Tags": [{"Key": "Name", "Value": "an instance"}]}
    ]
    made = emulator.client("ec2").create_launch_template(
        LaunchTemplateName=name,
        LaunchTemplateData={"InstanceType": "m7g.large", "TagSpecifications": specifications},
        TagSpecifications=[{"ResourceType": "launch-template", "Tags": tags}],
    )
    launch_template: dict[str, Any] = made["LaunchTemplate"]
    return launch_template
