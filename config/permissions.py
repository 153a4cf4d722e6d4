"""What the application may ask AWS for beyond what every application does."""

import re
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field

from config.allowed import Form
from config.fields import Section
from config.naming import Naming

_PLACEHOLDER = r"\{(?:region|account_id|prefix)\}"
Sid = Annotated[
    str,
    Field(pattern=r"^[A-Z][A-Za-z0-9]*$", max_length=64),
    Form("an upper-case letter, then letters and digits", "Orders"),
]
# Without wildcards: who reviews a statement sees all that it allows.
Action = Annotated[
    str,
    Field(pattern=r"^[a-z][a-z0-9-]*:[A-Z][A-Za-z0-9]*$", max_length=100),
    Form("one action of IAM's, without *", "sqs:SendMessage"),
]
ResourceArn = Annotated[
    str,
    Field(
        pattern=r"^arn:aws:[a-z0-9-]+:(\{region\}|[a-z0-9-]*):(\{account_id\}|[0-9]*):"
        rf"([A-Za-z0-9_./:*@+=,-]|{_PLACEHOLDER})+$",
        max_length=600,
    ),
    Form(
        "an ARN, in which {region}, {account_id} and {prefix} are the environment's, and * any "
        "characters of a name",
        "arn:aws:sqs:{region}:{account_id}:{prefix}-orders",
    ),
]
ConditionKey = Annotated[
    str,
    Field(pattern=r"^[a-z0-9-]+:[A-Za-z0-9-]+(/[A-Za-z0-9_.:/=+@-]+)?$", max_length=200),
    Form("a condition key of IAM's", "dynamodb:LeadingKeys"),
]
ConditionValue = Annotated[
    str,
    Field(pattern=rf"^([A-Za-z0-9_./:*@+=,#&~ -]|{_PLACEHOLDER})+$", max_length=256),
    Form(
        "letters, digits, spaces and _ . / : * @ + = , # & ~ -, and {region}, {account_id} and "
        "{prefix}",
        "shop",
    ),
]


class PermissionCondition(Section):
    """What has to hold for a statement to allow anything; several have to hold together."""

    operator: Literal[
        "ArnLike",
        "Bool",
        "ForAllValues:StringEquals",
        "ForAllValues:StringLike",
        "NumericLessThanEquals",
        "StringEquals",
        "StringLike",
    ] = Field(description="how the key's value is compared")
    key: ConditionKey = Field(description="what is compared")
    values: tuple[ConditionValue, ...] = Field(
        min_length=1, max_length=20, description="with which values; one of them suffices"
    )


class Permission(Section):
    """A statement of the application's own, in the policies of its role."""

    sid: Sid = Field(description="its name among the statements")
    actions: tuple[Action, ...] = Field(
        min_length=1, max_length=20, description="what is allowed, of one kind of resource"
    )
    resources: tuple[ResourceArn, ...] = Field(
        min_length=1, max_length=20, description="on what, by its ARN"
    )
    conditions: tuple[PermissionCondition, ...] = Field(
        (), max_length=10, description="what has to hold, too"
    )


def filled(text: str, naming: Naming) -> str:
    """A text with the environment's values in the place of what stands for them."""
    return text.format(region=naming.region, account_id=naming.account_id, prefix=naming.prefix)


@dataclass(frozen=True)
class ResourceKind:
    """Resources that applications use, and what the boundary of `bootstrap` lets them do there."""

    service: str
    form: str
    """How an ARN goes on after the account, as a pattern with the group `name`."""
    example: str
    names: str
    """Of the actions."""
    endpoint: str | None = None
    """What leads to the service without a NAT gateway, as settings name it."""
    own: str = ""
    """What a name has to begin with: the boundary denies others."""

    @property
    def actions(self) -> tuple[str, ...]:
        """The actions, as IAM has them."""
        return tuple(f"{self.service}:{each}" for each in self.names.split())

    def name_in(self, arn: str) -> str | None:
        """What a resource of this kind is called; none where the ARN is of another kind."""
        place = ":" if self.service == "s3" else "[a-z0-9-]+:[0-9]{12}"
        found = re.fullmatch(f"arn:aws:{self.service}:{place}:{self.form}", arn)
        return found["name"] if found else None


# Of each, what uses it, not what makes or changes it: that is Terraform's. A test holds them
# against the boundary, which denies everything else.
# https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
KINDS = (
    ResourceKind(
        "dynamodb",
        r"table/(?P<name>[^/:]+)(/index/[^/:]+)?",
        "arn:aws:dynamodb:{region}:{account_id}:table/orders",
        "BatchGetItem BatchWriteItem ConditionCheckItem DeleteItem GetItem PutItem "
        "Query Scan UpdateItem",
        endpoint="dynamodb",
    ),
    ResourceKind(
        "events",
        r"event-bus/(?P<name>.+)",
        "arn:aws:events:{region}:{account_id}:event-bus/shop",
        "PutEvents",
        endpoint="events",
    ),
    ResourceKind(
        "kms",
        r"key/(?P<name>[0-9a-f-]{36}|mrk-[0-9a-f]{32})",
        "arn:aws:kms:{region}:{account_id}:key/12345678-90ab-cdef-1234-567890abcdef",
        "Decrypt DescribeKey Encrypt GenerateDataKey Sign Verify",
        endpoint="kms",
    ),
    ResourceKind(
        "lambda",
        r"function:(?P<name>[^:]+)(:[^:]+)?",
        "arn:aws:lambda:{region}:{account_id}:function:resize",
        "InvokeFunction",
        endpoint="lambda",
    ),
    ResourceKind(
        "s3",
        "(?P<name>[^/:]+/.+)",
        "arn:aws:s3:::{prefix}-pictures/*",
        "AbortMultipartUpload DeleteObject GetObject PutObject",
        endpoint="s3",
        own="{prefix}-",
    ),
    ResourceKind(
        "s3",
        "(?P<name>[^/:]+)",
        "arn:aws:s3:::{prefix}-pictures",
        "GetBucketLocation ListBucket",
        endpoint="s3",
        own="{prefix}-",
    ),
    # Its endpoint is for SMTP alone.
    ResourceKind(
        "ses",
        "(identity|configuration-set)/(?P<name>.+)",
        "arn:aws:ses:{region}:{account_id}:identity/example.com",
        "SendEmail SendRawEmail",
    ),
    ResourceKind(
        "sns",
        "(?P<name>[^/:]+)",
        "arn:aws:sns:{region}:{account_id}:news",
        "Publish",
        endpoint="sns",
    ),
    ResourceKind(
        "sqs",
        "(?P<name>[^/:]+)",
        "arn:aws:sqs:{region}:{account_id}:orders",
        "ChangeMessageVisibility DeleteMessage GetQueueAttributes GetQueueUrl ReceiveMessage "
        "SendMessage",
        endpoint="sqs",
    ),
    ResourceKind(
        "ssm",
        "parameter/(?P<name>.+)",
        "arn:aws:ssm:{region}:{account_id}:parameter/{prefix}/features",
        "GetParameter GetParameters GetParametersByPath",
        endpoint="ssm",
        own="{prefix}/",
    ),
)


def kind_of(action: str) -> ResourceKind | None:
    """The kind of resource that an action is about, if applications may be given it."""
    return next((each for each in KINDS if action in each.actions), None)
