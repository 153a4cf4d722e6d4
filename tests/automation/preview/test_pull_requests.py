"""What `preview` says of pull requests to this very project: of production, by real plans."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

import pytest

from automation import terraform
from automation.checks.state import STACKS
from automation.emulator.process import Emulator
from automation.fleet import Fleet
from automation.installation import Installation, install
from automation.preview.base import Base
from automation.preview.comparison import Comparison
from automation.preview.head import Head
from automation.preview.judge import Judge
from automation.rehearsal.emulated import bootstrap_account, terraform_environment
from automation.review.result import Review
from automation.synthesis import PROJECT, Stack, synthesize
from automation.terraform import Terraform
from config import load
from tests.automation.consoles import Consoles
from tests.automation.preview.projects import whole_project

pytestmark = [pytest.mark.rehearsal, pytest.mark.terraform, pytest.mark.slow]
ENVIRONMENT = "prod"
SETTINGS = f"environments/{ENVIRONMENT}.toml"


@dataclass(frozen=True)
class Account:
    """An emulated account, to which the whole base is applied."""

    emulator: Emulator
    terraform: Terraform
    installation: Installation
    stacks: dict[str, Stack]
    folder: Path
    applied: list[Base] = field(default_factory=list)

    def fleet(self, side: str, stacks: dict[str, Stack]) -> Fleet:
        environ = terraform_environment(self.emulator, self.installation.environ)
        return Fleet(
            tuple(stacks.values()),
            terraform=replace(self.terraform, environ=environ),
            installation=self.installation,
            workspace=self.folder / side,
            console=Consoles().progress,
        )

    @property
    def base(self) -> Base:
        """It takes minutes, once for all changes."""
        if not self.applied:
            base = Base(self.stacks, self.fleet("base", self.stacks))
            base.apply(self.stacks)
            self.applied.append(base)
        return self.applied[0]

    def review(self, project: Path) -> tuple[Review, tuple[str, ...]]:
        """What `preview` makes of a changed project, and its remarks."""
        head = stacks_of(project)
        comparison = Comparison(self.stacks, head, same_providers=True)
        fleet = self.fleet("head", head)
        planned = Head(comparison, self.base, fleet, JUDGE.losses).plan()
        return JUDGE.review(planned.plans, sorted(planned.affected)), planned.remarks


JUDGE = Judge(title="A change", approvals=(), today=date(2026, 1, 1))


def stacks_of(project: Path) -> dict[str, Stack]:
    found = synthesize(ENVIRONMENT, project / "cdktf.out", project=project)
    return {stack.name: stack for stack in found.stacks}


@pytest.fixture(scope="module")
def account(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Account]:
    folder, settings, found = (
        tmp_path_factory.mktemp("account"),
        load(ENVIRONMENT),
        terraform.find(),
    )
    stacks = stacks_of(whole_project(folder / "project"))
    installation = install(found, tuple(stacks.values()), PROJECT / ".terrace")
    with Emulator(
        account_id=settings.account_id, region=settings.region, workspace=folder / "emulator"
    ) as emulator:
        bootstrap_account(emulator, settings)
        yield Account(emulator, found, installation, stacks, folder)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return whole_project(tmp_path / "project")


def edit(file: str, old: str, new: str) -> Callable[[Path], None]:
    """A change of one line."""

    def change(project: Path) -> None:
        text = (project / file).read_text(encoding="utf-8")
        assert text.count(old) == 1, f"{file} no longer has {old!r} once"
        (project / file).write_text(text.replace(old, new), encoding="utf-8")

    return change


def setting(line: str) -> Callable[[Path], None]:
    """Another line in the environment's settings."""
    return edit(SETTINGS, 'app_id = "349081"\n', f'app_id = "349081"\n{line}\n')


def anybody_may_log_in(project: Path) -> None:
    text = "        self._aws_services(application, internet_access=internet_access)\n"
    rule = (
        '        VpcSecurityGroupIngressRule(self, "ssh", security_group_id=application.id,'
        ' cidr_ipv4="0.0.0.0/0", ip_protocol="tcp", from_port=22, to_port=22)\n'
    )
    edit("modules/network/security_groups.py", text, text + rule)(project)


def another_stack(project: Path) -> None:
    (project / "stacks" / "notes.py").write_text(_NOTES, encoding="utf-8")
    edit("stacks/platform.py", "import StorageStack\n", f"import StorageStack\n{_IMPORT}\n")(
        project
    )
    text = "        self._oversight(scope, settings)\n"
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

CASES: dict[str, tuple[Callable[[Path], None], set[tuple[str, str, str]]]] = {
    "database class": (
        edit(SETTINGS, "[network]\n", '[database]\ninstance_class = "db.r7g.large"\n[network]\n'),
        {("update", "aws_db_instance", "careful")},
    ),
    "rename of a construct": (
        edit("stacks/network.py", '"flow-logs",', '"traffic-logs",'),
        {
            ("destroy", "aws_cloudwatch_log_group", "blocking"),
            ("destroy", "aws_flow_log", "blocking"),
            ("destroy", "aws_iam_role", "careful"),
            ("destroy", "aws_iam_role_policy", "careful"),
            ("create", "aws_cloudwatch_log_group", "routine"),
            ("create", "aws_flow_log", "routine"),
            ("create", "aws_iam_role", "routine"),
            ("create", "aws_iam_role_policy", "routine"),
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
            ("update", "aws_lb_listener_rule", "careful"),
            ("update", "aws_autoscaling_group", "routine"),
            ("update", "aws_secretsmanager_secret", "routine"),
        },
    ),
    "provider range": (
        edit("stacks/base.py", '">= 5.100.0, < 7.0.0"', '">= 5.100.0, < 6.0.0"'),
        set(),
    ),
    "NAT strategy": (
        edit(SETTINGS, "[network]\n", '[network]\nnat_gateways = "single"\n'),
        {
            ("destroy", "aws_eip", "careful"),
            ("destroy", "aws_nat_gateway", "careful"),
            ("update", "aws_route", "careful"),
        },
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_each_change_has_its_action_and_risk(account: Account, project: Path, name: str) -> None:
    change, expected = CASES[name]
    change(project)
    found, remarks = account.review(project)
    assert {(each.action, each.type, each.risk) for each in found.changes} == expected
    assert found.missing == remarks == ()


def test_a_tag_reaches_everything_and_is_routine(account: Account, project: Path) -> None:
    edit(SETTINGS, 'owner = "platform"', 'owner = "shop"')(project)
    found, _ = account.review(project)
    assert len(found.changes) > 100
    assert {stack.name for stack in found.stacks} == set(STACKS)
    assert {each.action for each in found.changes} == {"update"}
    # Its condition has the secret header, which is looked up anew once the secret has its tag.
    others = {(each.type, each.risk) for each in found.changes if each.risk != "routine"}
    assert others == {("aws_lb_listener_rule", "careful")}


def test_a_new_stack_is_created_with_what_it_reads(account: Account, project: Path) -> None:
    another_stack(project)
    found, remarks = account.review(project)
    (change,) = found.changes
    assert (change.stack, change.action, change.risk) == ("notes", "create", "routine")
    assert found.missing == remarks == ()


def test_another_network_is_not_followed_any_further(account: Account, project: Path) -> None:
    edit(SETTINGS, "10.0.0.0/16", "10.1.0.0/16")(project)
    found, remarks = account.review(project)
    assert {stack.name for stack in found.stacks} == {"network"}
    replaced = {each.type: each.risk for each in found.changes if each.action == "replace"}
    assert replaced["aws_vpc"] == "blocking"
    # Those that read of it, and those that read of them in turn.
    assert {"application", "database", "monitoring"} <= set(found.missing)
    (remark,) = remarks
    assert remark.startswith("What follows from network is not planned, as it destroys aws_vpc.vpc")
