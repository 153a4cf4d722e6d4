"""What an instance does as it boots for the first time."""

import json

_AGENT_CONTROL = "/opt/aws/amazon-cloudwatch-agent/bin/amazon-cloudwatch-agent-ctl"


def user_data(*, agent_parameter_name: str, agent_content_hash: str) -> str:
    """A cloud-init document that installs the CloudWatch agent and starts it.

    The hash stands in it so that a change of the agent's configuration rolls the instances, which
    read it only as they boot. Amazon Linux 2023 logs to the journal alone; rsyslog writes the files
    that the agent can read.
    https://docs.aws.amazon.com/linux/al2023/ug/journald.html
    """
    fetch = [_AGENT_CONTROL, "-a", "fetch-config", "-m", "ec2", "-s"]
    commands = [
        ["systemctl", "enable", "--now", "rsyslog"],
        [*fetch, "-c", f"ssm:{agent_parameter_name}"],
    ]
    lines = [
        "#cloud-config",
        f"# CloudWatch agent configuration {agent_content_hash}",
        "packages: [amazon-cloudwatch-agent, rsyslog]",
        "runcmd:",
        *(f"  - {json.dumps(command)}" for command in commands),
    ]
    return "\n".join(lines) + "\n"
