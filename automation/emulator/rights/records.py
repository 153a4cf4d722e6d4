"""The account's own records of principals, policies, keys, secrets, buckets and tags."""

import json
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any
from urllib.parse import unquote

from moto.backends import get_backend
from moto.core.exceptions import ServiceException
from moto.ec2.models import ec2_backends
from moto.iam.models import iam_backends
from moto.kms.models import kms_backends
from moto.logs.models import logs_backends
from moto.s3.models import s3_backends
from moto.s3control.models import s3control_backends
from moto.secretsmanager.models import secretsmanager_backends
from moto.sns.models import sns_backends
from moto.sts.models import sts_backends

from automation.emulator.calls import ApiCall
from automation.iam import ResourcePolicy
from automation.iam.policies import Policy
from automation.iam.principals import Principal


class Records:
    """The records of an account, as they are at the time of a call."""

    def __init__(self, account_id: str) -> None:
        self.account_id = account_id
        self._iam = iam_backends[account_id]["aws"]

    def principal(self, access_key: str) -> Principal:
        """Whoever signs with an access key: a session of a role, or the root user."""
        session = sts_backends[self.account_id]["aws"].get_assumed_role_from_access_key(access_key)
        if session is None:
            return Principal.user(f"arn:aws:iam::{self.account_id}:root")
        return Principal.session(session.role_arn, session.session_name)

    def identity(self, principal: Principal) -> list[Policy]:
        """The policies that are attached to a role, and those inside it."""
        role = self._role(principal.role)
        if role is None:
            return []
        inside = [parsed(document, name) for name, document in role.policies.items()]
        attached = [parsed(_latest(each), each.name) for each in role.managed_policies.values()]
        return inside + attached

    def boundary(self, principal: Principal) -> Policy | None:
        """The permissions boundary of a role."""
        role = self._role(principal.role)
        arn = role.permissions_boundary_arn if role else None
        if arn is None:
            return None
        policy = self._iam.managed_policies[arn]
        return parsed(_latest(policy), policy.name)

    def boundary_of(self, role: str) -> str | None:
        """The ARN of the boundary that a role has, by its name."""
        found = next((each for each in self._iam.roles.values() if each.name == role), None)
        return found.permissions_boundary_arn if found else None

    def _role(self, arn: str) -> Any:
        return next((each for each in self._iam.roles.values() if each.arn == arn), None)

    def trust(self, arn: str) -> ResourcePolicy | None:
        """The trust policy of a role."""
        role = self._role(arn)
        return ResourcePolicy.of_role(parsed(role.assume_role_policy_document)) if role else None

    def log_policies(self, region: str) -> list[ResourcePolicy]:
        """The resource policies of CloudWatch Logs in a region."""
        found = logs_backends[self.account_id][region].resource_policies.values()
        return [ResourcePolicy(parsed(each.policy_document)) for each in found]

    def policy_of(self, arn: str) -> ResourcePolicy | None:
        """The policy of a bucket, a key, a secret or a topic."""
        service, region = arn.split(":")[2:4] if arn.startswith("arn:") else ("", "")
        if service == "kms":
            key = self._key(arn, region)
            return ResourcePolicy.of_key(parsed(key.policy)) if key else None
        document = None
        if service == "s3":
            found = self.access_point(arn) or self.bucket(arn)
            document = found.policy if found else None
        elif service == "secretsmanager":
            secret = secretsmanager_backends[self.account_id][region].secrets.get(arn)
            document = getattr(secret, "policy", None)
        elif service == "sns":
            topic = sns_backends[self.account_id][region].topics.get(arn)
            document = topic.policy if topic else None
        if isinstance(document, bytes):
            document = document.decode()
        return ResourcePolicy(parsed(document)) if document else None

    def key(self, name: str, region: str) -> str:
        """The ARN of a KMS key by its id, ARN or alias."""
        key = self._key(name, region)
        return key.arn if key else name

    def is_pending(self, name: str, region: str) -> bool:
        """Whether a KMS key waits for its deletion."""
        key = self._key(name, region)
        return bool(key and key.key_state == "PendingDeletion")

    def aliases(self, arn: str) -> list[str]:
        """The aliases of a KMS key."""
        key = self._key(arn, arn.split(":")[3])
        return list(key.aliases) if key else []

    def _key(self, name: str, region: str) -> Any:
        backend = kms_backends[self.account_id][region]
        try:
            return backend.keys.get(backend.any_id_to_key_id(name))
        except (KeyError, AttributeError):
            return None

    def grants(self, arn: str) -> list[Any]:
        """The grants of a KMS key."""
        key = self._key(arn, arn.split(":")[3])
        return list(key.grants.values()) if key else []

    def secret(self, name: str, region: str) -> str:
        """The ARN of a secret by its name or ARN."""
        secret = secretsmanager_backends[self.account_id][region].secrets.get(name)
        return secret.arn if secret else name

    def secret_key(self, name: str, region: str) -> str | None:
        """The KMS key that encrypts a secret, where it is not AWS's own."""
        secret = secretsmanager_backends[self.account_id][region].secrets.get(name)
        return getattr(secret, "kms_key_id", None)

    def bucket(self, name: str) -> Any:
        """A bucket by its name or the ARN of something in it; access points lead to theirs."""
        point = self.access_point(name)
        bucket = point.bucket if point else name.split(":::", 1)[-1].split("/", maxsplit=1)[0]
        return s3_backends[self.account_id]["aws"].buckets.get(bucket)

    def has_object(self, bucket: str, key: str) -> bool:
        """Whether a bucket has an object; one that is not there is missed by nobody."""
        found = self.bucket(bucket)
        return found is None or key in found.keys

    def access_point(self, name: str) -> Any:
        """An access point of S3's by its alias, its ARN or that of something behind it."""
        points = s3control_backends[self.account_id]["aws"].access_points[self.account_id]
        if ":accesspoint/" in name:
            return points.get(name.split(":accesspoint/", 1)[1].split("/", maxsplit=1)[0])
        return next((each for each in points.values() if each.alias == name), None)

    def bucket_arn(self, name: str) -> str:
        """The ARN of a bucket, or of an access point by its alias or ARN."""
        point = self.access_point(name)
        if point:
            return str(point.arn)
        return name if name.startswith("arn:") else f"arn:aws:s3:::{name}"

    def bucket_key(self, name: str) -> str | None:
        """The KMS key by which a bucket encrypts unless told otherwise."""
        bucket = self.bucket(name)
        rules = bucket.encryption if bucket else None
        text = json.dumps(rules) if rules else ""
        found = [each for each in text.split('"') if each.startswith(("arn:aws:kms", "alias/"))]
        return found[0] if found else None

    def role_of_profile(self, name: str) -> str | None:
        """The ARN of the role of an instance profile, by its name or ARN."""
        short = name.rpartition("/")[2]
        profiles = self._iam.instance_profiles.values()
        profile = next((each for each in profiles if each.name == short), None)
        return profile.roles[0].arn if profile and profile.roles else None

    def has_role_of_service(self, service: str) -> bool:
        """Whether a service has its service-linked role already."""
        return any(f"/aws-service-role/{service}/" in each.arn for each in self._iam.roles.values())

    def launch_template(self, name_or_id: str, region: str) -> dict[str, Any]:
        """The data of a launch template's latest version."""
        backend = ec2_backends[self.account_id][region]
        for template in backend.launch_templates.values():
            if name_or_id in (template.id, template.name):
                return dict(template.latest_version().data)
        return {}

    def tags(self, call: ApiCall, arn: str) -> dict[str, str]:
        """The tags of what a call is about, where conditions may ask about them."""
        if not arn.startswith("arn:"):
            return {}
        # A recovery point has the ARN of a snapshot, but tags of its own.
        service = arn.split(":")[2]
        if call.service == "backup" and service != "kms":
            service = "backup"
        read = _TAGS.get(service)
        if read is None:
            return {}
        moto: Any = _MOTO.get(service, service)
        of_account = get_backend(moto)[self.account_id]
        return read(of_account[arn.split(":")[3] or _REGIONS.get(service, call.region)], arn)


# What moto calls a service otherwise than IAM, and where it keeps what has no region.
_MOTO = {"elasticloadbalancing": "elbv2"}
_REGIONS = {"cloudfront": "aws"}


def _by_arn(name: str) -> Callable[[Any, str], dict[str, str]]:
    """Of a service that keeps the tags of everything in one place."""
    return lambda backend, arn: dict(getattr(backend, name).get_tag_dict_for_resource(arn))


def _pairs(tags: Any) -> dict[str, str]:
    return {each["Key"]: each.get("Value") or "" for each in tags or ()}


def _of_certificate(acm: Any, arn: str) -> dict[str, str]:
    found = acm._certificates.get(arn)
    return {key: value or "" for key, value in found.tags.items()} if found else {}


def _of_group(autoscaling: Any, arn: str) -> dict[str, str]:
    found = autoscaling.autoscaling_groups.get(arn.rpartition("/")[2])
    return _pairs(found.tags) if found else {}


def _of_key(kms: Any, arn: str) -> dict[str, str]:
    key = ":key/" in arn
    return dict(kms.tagger.get_tag_dict_for_resource(arn.rpartition("/")[2])) if key else {}


def _of_database(rds: Any, arn: str) -> dict[str, str]:
    try:
        return _pairs(rds.list_tags_for_resource(arn))
    except (ServiceException, AttributeError):
        # Something that is not there, or that cannot have tags.
        return {}


def _of_parameter(ssm: Any, arn: str) -> dict[str, str]:
    name = arn.partition(":parameter")[2]
    return dict(ssm.list_tags_for_resource("Parameter", name)) if name in ssm._parameters else {}


# How to read the tags of what an ARN names, by IAM's name of the service.
_TAGS: Mapping[str, Callable[[Any, str], dict[str, str]]] = {
    "acm": _of_certificate,
    "autoscaling": _of_group,
    "backup": _by_arn("tagger"),
    "cloudfront": _by_arn("tagger"),
    "cloudtrail": _by_arn("tagging_service"),
    "cloudwatch": _by_arn("tagger"),
    "ec2": lambda ec2, arn: dict(ec2.tags.get(arn.rpartition("/")[2], {})),
    "elasticloadbalancing": _by_arn("tagging_service"),
    "kms": _of_key,
    "logs": lambda logs, arn: dict(logs.tagger.get_tag_dict_for_resource(arn.removesuffix(":*"))),
    "rds": _of_database,
    "secretsmanager": lambda secrets, arn: _pairs(getattr(secrets.secrets.get(arn), "tags", ())),
    "sns": lambda sns, arn: dict(getattr(sns.topics.get(arn), "_tags", {})),
    "ssm": _of_parameter,
    "wafv2": _by_arn("tagging_service"),
}


def _latest(policy: Any) -> str:
    """The version of a managed policy that is in force."""
    versions = {each.version_id: each.document for each in policy.versions}
    return str(versions[policy.default_version_id])


@lru_cache(maxsize=512)
def parsed(document: str, name: str = "") -> Policy:
    """A policy, parsed once."""
    text = unquote(document) if document.startswith("%7B") else document
    return Policy.parse(text, name=name)
