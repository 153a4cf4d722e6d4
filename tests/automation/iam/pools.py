"""What cases are made of: actions, principals, condition keys and what policies say of them."""

from collections.abc import Mapping, Sequence

from automation.iam.principals import Principal

ACCOUNT = "123456789012"
OTHER = "999999999999"
KEY = f"arn:aws:kms:eu-west-1:{ACCOUNT}:key/1234abcd-12ab-34cd-56ef-1234567890ab"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/deploy"
SECRET = f"arn:aws:secretsmanager:eu-west-1:{ACCOUNT}:secret:shop/db-AbCdEf"
TOPIC = f"arn:aws:sns:eu-west-1:{ACCOUNT}:alarms"
GROUP = f"arn:aws:logs:eu-west-1:{ACCOUNT}:log-group:/shop/web"
# Actions with a resource of theirs; "*" where AWS knows none.
ACTIONS = (
    ("s3:GetObject", "arn:aws:s3:::shop-data/blue/file.txt"),
    ("s3:PutObject", "arn:aws:s3:::shop-data/red/file.txt"),
    ("s3:ListBucket", "arn:aws:s3:::shop-data"),
    ("s3:ListAllMyBuckets", "*"),
    ("kms:Decrypt", KEY),
    ("kms:GenerateDataKey", KEY),
    ("kms:CreateGrant", KEY),
    ("ec2:RunInstances", f"arn:aws:ec2:eu-west-1:{ACCOUNT}:instance/i-0123456789abcdef0"),
    ("ec2:TerminateInstances", f"arn:aws:ec2:eu-west-1:{ACCOUNT}:instance/i-0123456789abcdef0"),
    ("ec2:DescribeInstances", "*"),
    ("iam:PassRole", ROLE),
    ("iam:CreateRole", ROLE),
    ("iam:GetRole", ROLE),
    ("sts:AssumeRole", ROLE),
    ("secretsmanager:GetSecretValue", SECRET),
    ("sns:Publish", TOPIC),
    ("sns:Subscribe", TOPIC),
    ("logs:PutRetentionPolicy", GROUP),
    ("logs:PutLogEvents", f"{GROUP}:log-stream:one"),
    ("logs:DescribeLogGroups", "*"),
)
WITH_POLICY = ("s3", "kms", "sts", "secretsmanager", "sns")
PRINCIPALS = (
    Principal.session(f"arn:aws:iam::{ACCOUNT}:role/deploy", "ci"),
    Principal.session(f"arn:aws:iam::{ACCOUNT}:role/plan", "ci"),
    Principal.user(f"arn:aws:iam::{ACCOUNT}:user/anna"),
    Principal.session(f"arn:aws:iam::{OTHER}:role/deploy", "ci"),
    Principal.user(f"arn:aws:iam::{OTHER}:user/anna"),
    Principal.service("logs.amazonaws.com"),
)
NAMED = (
    "*",
    {"AWS": "*"},
    {"AWS": ACCOUNT},
    {"AWS": f"arn:aws:iam::{ACCOUNT}:root"},
    {"AWS": f"arn:aws:iam::{ACCOUNT}:role/deploy"},
    {"AWS": f"arn:aws:sts::{ACCOUNT}:assumed-role/deploy/ci"},
    {"AWS": [f"arn:aws:iam::{ACCOUNT}:user/anna", f"arn:aws:iam::{ACCOUNT}:role/plan"]},
    {"AWS": [OTHER, f"arn:aws:iam::{ACCOUNT}:role/deploy"]},
    {"AWS": f"arn:aws:iam::{OTHER}:role/deploy"},
    {"AWS": f"arn:aws:iam::{OTHER}:user/anna"},
    {"Service": "logs.amazonaws.com"},
    {"Service": ["sns.amazonaws.com", "logs.amazonaws.com"]},
)
TEXTS = ("blue", "red", "Blue", "blue team")
ARNS = (KEY, ROLE, TOPIC, SECRET, GROUP)
TIMES = ("2026-01-01T00:00:00Z", "2026-06-15T12:30:00Z", "2026-06-15T14:30:00+02:00")
ADDRESSES = ("10.0.0.7", "192.0.2.44", "2001:db8::1")
# What kind of values a key has. Those of "set" have several.
KEYS: Mapping[str, str] = {
    "aws:SecureTransport": "truth",
    "aws:ViaAWSService": "truth",
    "aws:SourceIp": "address",
    "aws:CurrentTime": "time",
    "aws:TokenIssueTime": "time",
    "aws:MultiFactorAuthAge": "number",
    "aws:PrincipalTag/team": "text",
    "aws:ResourceTag/team": "text",
    "aws:RequestTag/team": "text",
    "aws:PrincipalOrgID": "text",
    "aws:SourceAccount": "account",
    "aws:SourceArn": "arn",
    "aws:PrincipalArn": "arn",
    "aws:CalledVia": "set",
    "aws:PrincipalOrgPaths": "set",
    "aws:TagKeys": "set",
    "s3:TlsVersion": "number",
    "s3:x-amz-acl": "text",
    "s3:prefix": "text",
    "kms:CallerAccount": "account",
    "kms:ViaService": "text",
    "kms:GrantIsForAWSResource": "truth",
    "kms:ResourceAliases": "set",
    "iam:PassedToService": "text",
    "sns:Protocol": "text",
    "secretsmanager:VersionStage": "text",
}
VALUES: Mapping[str, Sequence[str]] = {
    "truth": ("true", "false"),
    "address": ADDRESSES,
    "time": TIMES,
    "number": ("1", "1.2", "1.3", "10", "-5"),
    "text": TEXTS,
    "account": (ACCOUNT, OTHER),
    "arn": ARNS,
    "set": ("blue", "red", "green"),
}
# What stands in policies.
WRITTEN: Mapping[str, Sequence[str]] = {
    "truth": ("true", "false", "True"),
    "address": (*ADDRESSES[:2], "10.0.0.0/8", "192.0.2.0/24", "2001:DB8::/32", "0.0.0.0/0"),
    "time": (*TIMES, "2026-06-15", "2026-06"),
    "number": ("1", "1.20", "1.3", "5", "100", "many"),
    "text": (
        *TEXTS,
        "*",
        "b*",
        "?lue",
        "${aws:PrincipalTag/team}",
        "${aws:PrincipalTag/team, 'blue'}",
        "b${*}",
    ),
    "account": (ACCOUNT, OTHER, "${aws:PrincipalAccount}"),
    "arn": (
        *ARNS,
        "arn:aws:*:*:*:*",
        f"arn:aws:iam::{ACCOUNT}:role/*",
        f"arn:aws:logs:*:{ACCOUNT}:log-group:*",
        "arn:aws:iam::${aws:PrincipalAccount}:role/deplo?",
        "arn:aws:iam::*",
    ),
    "set": ("blue", "red", "r*", "${aws:PrincipalTag/team}"),
}
STRINGS = (
    "StringEquals",
    "StringNotEquals",
    "StringEqualsIgnoreCase",
    "StringNotEqualsIgnoreCase",
    "StringLike",
    "StringNotLike",
)
ORDERS = ("Equals", "NotEquals", "LessThan", "LessThanEquals", "GreaterThan", "GreaterThanEquals")
OPERATORS: Mapping[str, Sequence[str]] = {
    "truth": ("Bool", "StringEquals"),
    "address": ("IpAddress", "NotIpAddress"),
    "time": tuple(f"Date{each}" for each in ORDERS),
    "number": tuple(f"Numeric{each}" for each in ORDERS),
    "text": STRINGS,
    "account": ("StringEquals", "StringNotEquals", "StringLike"),
    "arn": ("ArnEquals", "ArnLike", "ArnNotEquals", "ArnNotLike", "StringLike", "StringNotLike"),
    "set": STRINGS,
}
