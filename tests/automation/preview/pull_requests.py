"""Changes such as pull requests bring to this very project, and what a preview says of them."""

from collections.abc import Callable
from pathlib import Path

ENVIRONMENT = "prod"
SETTINGS = f"tests/environments/{ENVIRONMENT}.toml"
Change = Callable[[Path], None]


def edit(file: str, old: str, new: str) -> Change:
    """A change of one line."""

    def change(project: Path) -> None:
        text = (project / file).read_text(encoding="utf-8")
        assert text.count(old) == 1, f"{file} no longer has {old!r} once"
        (project / file).write_text(text.replace(old, new), encoding="utf-8")

    return change


def setting(line: str) -> Change:
    """Another line in the environment's settings."""
    return edit(SETTINGS, 'app_id = "349081"\n', f'app_id = "349081"\n{line}\n')


def anybody_may_log_in(project: Path) -> None:
    text = "        self._internet(application, ipv4=internet_access, ipv6=ipv6)\n"
    rule = (
        '        VpcSecurityGroupIngressRule(self, "ssh", security_group_id=application.id,'
        ' cidr_ipv4="0.0.0.0/0", ip_protocol="tcp", from_port=22, to_port=22)\n'
    )
    edit("modules/network/security_groups.py", text, text + rule)(project)


def another_stack(project: Path) -> None:
    (project / "stacks" / "notes.py").write_text(_NOTES, encoding="utf-8")
    last, text = "import StorageStack\n", "        self._oversight(scope, settings)\n"
    edit("stacks/platform.py", last, f"{last}{_IMPORT}\n")(project)
    edit("stacks/platform.py", text, f"{text}        {_NEW}\n")(project)


_IMPORT = "from stacks.notes import NotesStack"
_NEW = "NotesStack(scope, settings=settings, vpc_id=self.network.vpc.vpc_id)"
_NOTES = """
from cdktf_cdktf_provider_aws.ssm_parameter import SsmParameter

from stacks.base import TierStack


class NotesStack(TierStack):
    def __init__(self, scope, *, settings, vpc_id):
        super().__init__(scope, "notes", settings=settings)
        SsmParameter(self, "vpc", name=self.naming.path("notes/vpc"), type="String", value=vpc_id)
"""

# What is changed, and the action, type and risk of all that follows.
CASES: dict[str, tuple[Change, set[tuple[str, str, str]]]] = {
    "database class": (
        edit(SETTINGS, "[database]\n", '[database]\ninstance_class = "db.r7g.large"\n'),
        {("update", "aws_db_instance", "careful")},
    ),
    "rename of a construct": (
        edit("stacks/audit.py", '"flow-logs",', '"traffic-logs",'),
        {
            ("destroy", "aws_flow_log", "blocking"),
            ("create", "aws_flow_log", "routine"),
        },
    ),
    "log retention": (
        setting("log_retention_days = 7"),
        {("update", "aws_cloudwatch_log_group", "blocking")},
    ),
    "port 22": (
        anybody_may_log_in,
        {("create", "aws_vpc_security_group_ingress_rule", "blocking")},
    ),
    "versioning": (
        edit("modules/storage/bucket.py", 'status="Enabled"', 'status="Suspended"'),
        {("update", "aws_s3_bucket_versioning", "blocking")},
    ),
    "user data": (
        edit("modules/application/boot/start-application", "umask 022", "umask 027"),
        {
            ("update", "aws_launch_template", "careful"),
            ("update", "aws_autoscaling_group", "routine"),
        },
    ),
    "deletion protection": (
        setting("deletion_protection = false"),
        {
            ("update", "aws_db_instance", "blocking"),
            ("update", "aws_lb", "blocking"),
            ("update", "aws_s3_bucket", "blocking"),
            ("update", "aws_backup_vault", "blocking"),
            ("update", "aws_autoscaling_group", "routine"),
            ("update", "aws_secretsmanager_secret", "careful"),
        },
    ),
    "provider range": (
        edit("stacks/base.py", '">= 5.100.0, < 7.0.0"', '">= 5.100.0, < 6.0.0"'),
        set(),
    ),
    "NAT strategy": (
        edit(SETTINGS, "[network]\n", '[network]\nnat_gateways = "single"\n'),
        {
            ("destroy", "aws_cloudwatch_metric_alarm", "careful"),
            ("destroy", "aws_eip", "careful"),
            ("destroy", "aws_nat_gateway", "careful"),
            ("update", "aws_cloudwatch_dashboard", "routine"),
            ("update", "aws_route", "careful"),
        },
    ),
    "new stack": (another_stack, {("create", "aws_ssm_parameter", "routine")}),
}
