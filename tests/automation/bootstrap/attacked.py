"""An account that two environments share, what prod has there, and who attacks it."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from automation.emulator import Emulator
from automation.iam import Call, decide
from automation.iam.policies import Policy
from automation.iam.principals import Principal
from automation.rehearse.account import bootstrap_account, role_of, session
from automation.rehearse.calls import policies_of
from config import Settings, load
from tests.automation.bootstrap import runs

DEV, PROD = "dev-349081", "prod-349081"
ACCOUNT = "123456789012"
IAM = f"arn:aws:iam::{ACCOUNT}"
TRUST = '{"Version": "2012-10-17", "Statement": []}'
EVERYTHING = json.dumps(
    {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
)
TAGS = [{"Key": "Environment", "Value": "prod"}]
TAGGED = {"Environment": "prod"}


@dataclass(frozen=True)
class Attacked:
    """The account of both; made by the templates that ship, as `bootstrap` makes them."""

    emulator: Emulator
    environments: dict[str, Settings]
    sessions: dict[tuple[str, str], boto3.Session] = field(default_factory=dict)
    policies: dict[str, tuple[list[Policy], Policy | None]] = field(default_factory=dict)

    def act(self, prefix: str, role: str) -> boto3.Session:
        """As a pull request's role (`plan`), as whoever deploys, or in a role that they made."""
        key = prefix, role
        if key not in self.sessions:
            made = role_of(self.emulator, self.environments[prefix], role)
            self.sessions[key] = session(self.emulator, made)
        return self.sessions[key]

    def denied(self, prefix: str, role: str, attack: Any) -> set[str]:
        """The statements that deny an attack; of what nobody allows, none."""
        with pytest.raises(ClientError) as denial:
            attack(self.act(prefix, role), self)
        name = f"{prefix}-{role}"
        sids = self._denying(name)
        said = str(denial.value)
        explicit = "with an explicit deny in " in said
        assert explicit or " allows the " in said, said
        assert explicit == bool(sids)
        return sids

    def _denying(self, name: str) -> set[str]:
        """The statements that deny the first of its latest call's needs that is denied."""
        identity, limit = self._policies(name)
        who = Principal.session(f"{IAM}:role/{name}", "it")
        for need in self._needs(name):
            call = Call(who, need["action"], need["resource"], need["context"], owner=ACCOUNT)
            found = decide(call, identity=identity, boundary=limit)
            if not found.allowed:
                return {each.statement.sid for each in found.matches if not each.statement.allows}
        # The trust of a role, or the policy of a resource, lacks an Allow.
        return set()

    def _needs(self, name: str) -> list[Any]:
        lines = self.emulator.calls.read_text(encoding="utf-8").splitlines()
        entries = (json.loads(each) for each in reversed(lines))
        latest = next(each for each in entries if each["principal"].endswith(f"/{name}"))
        assert latest["status"] >= 400
        return list(latest["needs"])

    def _policies(self, name: str) -> tuple[list[Policy], Policy | None]:
        """Those of a role, and its boundary: none of them changes, as every attack is denied."""
        if name not in self.policies:
            self.policies[name] = policies_of(self._iam, name), self._boundary(name)
        return self.policies[name]

    def _boundary(self, name: str) -> Policy | None:
        made = self._iam.get_role(RoleName=name)["Role"]
        arn = made.get("PermissionsBoundary", {}).get("PermissionsBoundaryArn")
        if not arn:
            return None
        version = self._iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"]
        answer = self._iam.get_policy_version(PolicyArn=arn, VersionId=version)["PolicyVersion"]
        return Policy.parse(answer["Document"])

    @property
    def _iam(self) -> Any:
        return self.emulator.client("iam")

    @cached_property
    def key(self) -> str:
        """A key of prod's, with an alias."""
        kms = self.emulator.client("kms")
        tags = [{"TagKey": "Environment", "TagValue": "prod"}]
        made = str(kms.create_key(Tags=tags)["KeyMetadata"]["Arn"])
        kms.create_alias(AliasName=f"alias/{PROD}-data", TargetKeyId=made)
        return made

    @cached_property
    def secret(self) -> str:
        """A secret of prod's."""
        secrets = self.emulator.client("secretsmanager")
        made = secrets.create_secret(Name=f"{PROD}-api", SecretString="x", Tags=TAGS)
        return str(made["ARN"])

    @cached_property
    def parameter(self) -> str:
        """A parameter of prod's, in Systems Manager, without a tag."""
        name = f"/{PROD}/api"
        self.emulator.client("ssm").put_parameter(Name=name, Value="x", Type="String")
        return name

    @cached_property
    def vault(self) -> str:
        """Prod's vault."""
        name = f"{PROD}-backups"
        self.emulator.client("backup").create_backup_vault(
            BackupVaultName=name, BackupVaultTags=TAGGED
        )
        return name

    @property
    def vault_arn(self) -> str:
        """Its ARN."""
        return f"arn:aws:backup:us-west-2:{ACCOUNT}:backup-vault:{self.vault}"

    @cached_property
    def point(self) -> str:
        """A recovery point in it, with the tags that the plan gives."""
        made = self.emulator.client("backup").start_backup_job(
            BackupVaultName=self.vault,
            ResourceArn=f"arn:aws:rds:us-west-2:{ACCOUNT}:db:{PROD}-database",
            IamRoleArn=f"{IAM}:role/{PROD}-backup",
            RecoveryPointTags=TAGGED,
        )
        return str(made["RecoveryPointArn"])

    @cached_property
    def logs(self) -> str:
        """The log group of prod's trail."""
        name = f"/{PROD}/audit/trail"
        self.emulator.client("logs").create_log_group(logGroupName=name, tags=TAGGED)
        return name

    @property
    def log_group(self) -> str:
        """Its ARN."""
        return f"arn:aws:logs:us-west-2:{ACCOUNT}:log-group:{self.logs}"

    @cached_property
    def group(self) -> str:
        """The parameters of prod's database."""
        made = self.emulator.client("rds").create_db_parameter_group(
            DBParameterGroupName=f"{PROD}-mysql",
            DBParameterGroupFamily="mysql8.4",
            Description="it",
            Tags=TAGS,
        )
        return str(made["DBParameterGroup"]["DBParameterGroupArn"])

    @cached_property
    def network(self) -> str:
        """Prod's VPC."""
        ec2 = self.emulator.client("ec2")
        vpc = str(ec2.create_vpc(CidrBlock="10.9.0.0/16")["Vpc"]["VpcId"])
        ec2.create_tags(Resources=[vpc], Tags=TAGS)
        return vpc

    @cached_property
    def made(self) -> str:
        """The most that dev's deployment can make: a role that may do everything, as bounded."""
        name, boundary = "made", self.environments[DEV].naming.boundary
        iam = self.act(DEV, "deploy").client("iam")
        full = f"{DEV}-{name}"
        iam.create_role(RoleName=full, AssumeRolePolicyDocument=TRUST, PermissionsBoundary=boundary)
        iam.put_role_policy(RoleName=full, PolicyName="all", PolicyDocument=EVERYTHING)
        return name


def start(folder: Any) -> Iterator[Attacked]:
    """The account, with the roles of both environments."""
    dev, prod = load("dev"), load("prod")
    with Emulator(account_id=dev.account_id, region=dev.region, workspace=folder) as emulator:
        for each in (dev, prod):
            bootstrap_account(emulator, each, github=runs.main_of())
        yield Attacked(emulator, {DEV: dev, PROD: prod})


def bucket(prefix: str, purpose: str = "tfstate") -> dict[str, Any]:
    return {"Bucket": f"{prefix}-{purpose}-{ACCOUNT}"}


def state(prefix: str, end: str = "") -> dict[str, Any]:
    """A state, or with `.tflock` its lock."""
    return {**bucket(prefix), "Key": f"{prefix}/dns/terraform.tfstate{end}"}


Attack = Callable[[boto3.Session, Attacked], object]


def on(service: str, operation: str, **given: Any) -> Attack:
    """A call; what is given as a text in angle brackets is the account's to say."""

    def attack(aws: boto3.Session, it: Attacked) -> object:
        known = {name: _known(it, each) for name, each in given.items()}
        return getattr(aws.client(service), operation)(**known)  # type: ignore[call-overload]

    return attack


def _known(it: Attacked, value: Any) -> Any:
    if isinstance(value, list):
        return [_known(it, each) for each in value]
    angled = isinstance(value, str) and value[:1] == "<"
    return getattr(it, value[1:-1]) if angled else value
