"""Terraform's errors by kind: which pass when tried again, and what to do about the others."""

import json
import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from automation.terraform.progress import Problem


class ErrorKind(StrEnum):
    """Why something failed, as far as it decides what to do next."""

    UNSAVED = "state not saved"
    LOCKED = "locked"
    EXPIRED = "expired credentials"
    REJECTED = "no credentials"
    DENIED = "access denied"
    THROTTLED = "throttled"
    QUOTA = "quota"
    EXISTS = "already exists"
    LEAVING = "being deleted"
    DEPENDENCY = "dependency violation"
    INTERRUPTED = "interrupted"
    BUG = "provider bug"
    STALE = "stale plan"
    UPSTREAM = "upstream missing"
    NETWORK = "network"
    CONFIG = "invalid config"
    UNAPPROVED = "not approved"
    OTHER = "other"


# What passes by itself. Nothing else is tried again: the provider has already retried what a call
# can survive, and what is left would only fail more slowly.
PASSING = frozenset({ErrorKind.THROTTLED, ErrorKind.LOCKED, ErrorKind.NETWORK})

# By the error's code, in this order.
CODES: tuple[tuple[ErrorKind, re.Pattern[str]], ...] = (
    (
        ErrorKind.EXPIRED,
        re.compile(r"ExpiredToken(Exception)?|RequestExpired|InvalidGrantException"),
    ),
    (
        ErrorKind.REJECTED,
        re.compile(
            r"InvalidClientTokenId|SignatureDoesNotMatch|UnrecognizedClientException|AuthFailure"
            r"|InvalidAccessKeyId|IncompleteSignature"
        ),
    ),
    (
        ErrorKind.DENIED,
        re.compile(
            r"AccessDenied(Exception|Fault)?|UnauthorizedOperation|AuthorizationError(Exception)?"
            r"|NotAuthorized\w*|UnauthorizedException|Forbidden(Exception)?"
        ),
    ),
    (
        ErrorKind.THROTTLED,
        re.compile(
            r"Throttl\w*|RequestThrottled\w*|RequestLimitExceeded|TooManyRequests\w*|SlowDown"
            r"|PriorRequestNotComplete|BandwidthLimitExceeded|ProvisionedThroughputExceeded\w*"
            r"|EC2ThrottledException|TransactionInProgressException|OperationAborted"
        ),
    ),
    (
        ErrorKind.QUOTA,
        re.compile(
            r"\w*(LimitExceeded|LimitsExceeded|QuotaExceeded)\w*|TooMany\w+|MaxSpot\w+Exceeded"
            r"|InsufficientInstanceCapacity|InsufficientDBInstanceCapacity\w*"
        ),
    ),
    (
        ErrorKind.EXISTS,
        re.compile(
            r"\w*Already(Exists?|Owned|InUse)\w*|\w*Duplicate\w*(\.\w+)?|\w+\.Duplicate"
            r"|ResourceConflictException|CNAMEAlreadyExists"
        ),
    ),
    (
        ErrorKind.DEPENDENCY,
        re.compile(
            r"DependencyViolation|DeleteConflict\w*|\w*InUse\w*(\.\w+)?|BucketNotEmpty"
            r"|HostedZoneNotEmpty|\w+\.InUse|ResourceNotEmpty\w*|InvalidDBInstanceState\w*"
        ),
    ),
    (
        ErrorKind.NETWORK,
        re.compile(
            r"InternalError|InternalFailure|InternalServer\w*|ServiceUnavailable\w*|Unavailable"
            r"|RequestTimeout\w*|ServiceException|ServerException"
        ),
    ),
    (
        ErrorKind.CONFIG,
        re.compile(
            r"Invalid\w*(\.\w+)*|Validation\w*|Malformed\w*|MissingParameter|Missing\w+"
            r"|UnknownParameter\w*|Unsupported\w*|\w*NotFound\w*(\.\w+)?|NoSuch\w+"
        ),
    ),
)

# By what it says, before any code is looked at.
TEXTS_FIRST: tuple[tuple[ErrorKind, re.Pattern[str]], ...] = (
    (
        ErrorKind.UNSAVED,
        re.compile(r"Failed to persist state|Failed to save state|errored\.tfstate"),
    ),
    (
        ErrorKind.LOCKED,
        re.compile(
            r"state lock.*(PreconditionFailed|Conditional\w+|StatusCode: 4(09|12))"
            r"|Error releasing the state lock",
            re.DOTALL,
        ),
    ),
    (ErrorKind.UNAPPROVED, re.compile(r"which nobody (was shown|reviewed)")),
    (ErrorKind.STALE, re.compile(r"Saved plan is stale|Inconsistent dependency lock file")),
    (
        ErrorKind.UPSTREAM,
        re.compile(r"Unable to find remote state|does not have an attribute named \"cross-stack"),
    ),
    (
        ErrorKind.BUG,
        re.compile(
            r"Plugin did not respond|plugin crashed|encountered an error, and failed to respond"
            r"|Provider (produced|returned) (inconsistent|invalid)|bug in the provider|panic:"
        ),
    ),
    (ErrorKind.INTERRUPTED, re.compile(r"operation cancell?ed|execution halted|exit code -2\b")),
    (
        ErrorKind.EXPIRED,
        re.compile(
            r"refresh cached SSO token|SSO session .*(expired|invalid)|token has expired"
            r"|token included in the request is expired"
        ),
    ),
    (
        ErrorKind.REJECTED,
        re.compile(r"No valid credential sources|failed to (refresh|retrieve) cred"),
    ),
    # Under codes that mean something else as a rule.
    (
        ErrorKind.LEAVING,
        re.compile(r"(already scheduled|marked) for deletion|is pending deletion"),
    ),
    (ErrorKind.THROTTLED, re.compile(r"Rate exceeded")),
    (ErrorKind.EXISTS, re.compile(r"but it already exists|BucketAlready\w+$")),
)

# By what it says, where no code told.
TEXTS_LAST: tuple[tuple[ErrorKind, re.Pattern[str]], ...] = (
    (ErrorKind.DENIED, re.compile(r"not authorized to perform|AccessDenied|Access Denied")),
    (ErrorKind.THROTTLED, re.compile(r"StatusCode: 429|Throttl|reduce your request rate")),
    (ErrorKind.EXISTS, re.compile(r"already exists")),
    (
        ErrorKind.NETWORK,
        re.compile(
            r"dial tcp|no such host|connection (reset|refused)|i/o timeout|broken pipe"
            r"|TLS handshake|request send failed|RequestError: send request failed|proxyconnect"
            r"|StatusCode: (0|5\d\d)\b|\bEOF\b|Client\.Timeout exceeded|network is unreachable"
        ),
    ),
    (ErrorKind.QUOTA, re.compile(r"quota|[Ll]imit .*exceeded|maximum number of")),
    (
        ErrorKind.CONFIG,
        re.compile(
            r"^(Invalid|Unsupported|Missing|Reference to undeclared|Conflicting|Incorrect"
            r"|Duplicate|Argument|Extraneous|Cycle)|expected .* to be|is not expected here"
        ),
    ),
)

REMEDIES = {
    ErrorKind.UNSAVED: (
        "do not deploy again before this state is saved: in the stack's folder run "
        "`terraform state push errored.tfstate`"
    ),
    ErrorKind.LOCKED: "wait until that run has ended; if it has died: ",
    ErrorKind.EXPIRED: "sign in again, and repeat the command: it goes on where it stopped",
    ErrorKind.REJECTED: "set AWS_PROFILE, or run `aws sso login` or `aws configure`",
    ErrorKind.DENIED: "allow it in the policies of the credentials in use, then repeat the command",
    ErrorKind.THROTTLED: "repeat the command later: it goes on where it stopped",
    ErrorKind.QUOTA: "ask for more in Service Quotas, or configure less, then repeat the command",
    ErrorKind.EXISTS: "remove it, or take it over with `terraform import`, then repeat the command",
    ErrorKind.LEAVING: (
        "wait for the end of its recovery window, then repeat the command; to have a secret's name "
        "now, `aws secretsmanager delete-secret --force-delete-without-recovery --secret-id "
        "<name>`; to have a key again, `aws kms cancel-key-deletion --key-id <id>`"
    ),
    ErrorKind.DEPENDENCY: "remove what still uses it, then repeat the command",
    ErrorKind.INTERRUPTED: "repeat the command: it goes on where it stopped",
    ErrorKind.BUG: (
        "repeat the command; if it stays, report it to "
        "https://github.com/hashicorp/terraform-provider-aws/issues"
    ),
    ErrorKind.STALE: "plan again: something has changed since this plan was made",
    ErrorKind.UPSTREAM: "deploy the stacks that it depends on first",
    ErrorKind.NETWORK: (
        "check the network and https://health.aws.amazon.com, then repeat the command"
    ),
    ErrorKind.CONFIG: "correct the environment's settings or the stack, then repeat the command",
    ErrorKind.UNAPPROVED: "run the command again: it shows the new plan, and asks",
    ErrorKind.OTHER: "correct what it names, then repeat the command",
}


_LENGTH = 300
# AWS SDK for Go v2: "operation error KMS: CreateAlias, https response error StatusCode: 400,
# RequestID: …, api error Throttling: …"; a modelled error comes without "api error".
_CODE = (
    re.compile(r"api error ([\w.]+):"),
    re.compile(r"RequestID: [^,]*,(?: HostID: [^,]*,)? ([A-Z][\w.]+):"),
    # v1, which few resources still use: "Throttling: Rate exceeded\n\tstatus code: 400, …".
    re.compile(r"([A-Z][\w.]+): [^\n]*\n?\s*status code: \d+"),
)
_REQUEST = re.compile(
    r"(, exceeded maximum number of attempts, \d+)?, https response error StatusCode: \d+, "
    r"RequestID: [^,]*,( HostID: [^,]*,)?( api error)?"
)
_ENCODED = re.compile(r"\s*Encoded authorization failure message: [\w-]+")
_ACTION = re.compile(r"not authorized to perform:? ([\w-]+:\w+)")
# https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html
_DENIAL = re.compile(
    r"User: (?P<who>\S+) is not authorized to perform: (?P<action>[\w-]+:\w+)"
    r"(?: on resource: (?P<resource>\S+))? (?:because no (?P<lacking>[\w -]+?) allows"
    r"|with an explicit deny in (?:an?|the) (?P<denying>[\w -]+?)[\s:,.]*(?:$|\n))"
)
_OPERATION = re.compile(r"operation error ([\w .-]+): (\w+)")
# Who may not read what Terraform only writes need not be let: see `Installation.reads_written`.
_WRITTEN = re.compile(r"aws_secretsmanager_secret_version\.")
_UNREAD = (
    "leave this stack to the role that deploys, or take the AWS provider 6.40 or newer, which "
    "reads no secret that it only writes: let nobody read it for a plan"
)
_PATH = re.compile(r"Path:\s+\S*?([a-z][a-z0-9]*)-[a-z0-9]+/([\w-]+)/terraform\.tfstate")


@dataclass(frozen=True)
class Fault:
    """An error in one line, and what to do about it."""

    kind: ErrorKind
    what: str
    remedy: str

    @property
    def passing(self) -> bool:
        """Whether it is worth another try."""
        return self.kind in PASSING

    def __str__(self) -> str:
        return f"{self.kind}: {self.what}: {self.remedy}"

    def to_json(self) -> dict[str, Any]:
        """For machines."""
        return {**asdict(self), "kind": self.kind.value}


def classify(problem: Problem) -> Fault:
    """What kind of error it is; whatever is not recognized is `OTHER`."""
    text = f"{problem.summary}\n{problem.detail}"
    kind = _kind(text)
    what, remedy = _line(problem), REMEDIES[kind]
    if kind is ErrorKind.LOCKED:
        what, remedy = _lock(text, what), remedy + _unlock(text)
    if kind is ErrorKind.DENIED:
        what, remedy = _denied(text, what, remedy)
        if _WRITTEN.match(problem.address):
            remedy = _UNREAD
    return Fault(kind, what, remedy)


def faults(problems: Iterable[Problem]) -> tuple[Fault, ...]:
    """Several; each provider of a stack finds the same ones."""
    return tuple(dict.fromkeys(map(classify, problems)))


def _kind(text: str) -> ErrorKind:
    for kind, pattern in TEXTS_FIRST:
        if pattern.search(text):
            return kind
    for code in _codes(text):
        for kind, pattern in CODES:
            if pattern.fullmatch(code):
                return kind
    return next((kind for kind, pattern in TEXTS_LAST if pattern.search(text)), ErrorKind.OTHER)


def _codes(text: str) -> list[str]:
    return [code for pattern in _CODE for code in pattern.findall(text)]


def _line(problem: Problem) -> str:
    """The first line that says something, without what only AWS can look up."""
    place = f"{problem.address}: " if problem.address else ""
    said = _REQUEST.sub("", _ENCODED.sub("", problem.summary))
    detail = _ENCODED.sub("", _REQUEST.sub("", problem.detail)).strip()
    # A summary such as "Invalid value" says too little.
    if detail and detail not in said:
        said = f"{said}: {detail}"
    line = " ".join(f"{place}{said}".split())
    return line if len(line) <= _LENGTH else f"{line[: _LENGTH - 1]}…"


def _lock(text: str, line: str) -> str:
    found = {key: _field(text, key) for key in ("Who", "Created", "Operation")}
    if not found["Who"]:
        return line
    operation = found["Operation"].removeprefix("OperationType").lower()
    return f"the state is locked by {found['Who']} since {found['Created']}, to {operation}"


def _unlock(text: str) -> str:
    path, id_ = _PATH.search(text), _field(text, "ID")
    if path is None:
        return f"terraform force-unlock {id_ or '<id>'}"
    environment, stack = path.groups()
    return f"python -m automation deploy --env {environment} --unlock {stack}"


def _field(text: str, name: str) -> str:
    found = re.search(rf"^\s*{name}:[ \t]*(.*)$", text, flags=re.MULTILINE)
    return found[1].strip() if found else ""


def _denied(text: str, line: str, remedy: str) -> tuple[str, str]:
    """The action that has to be allowed, where AWS or the SDK names it."""
    action = _ACTION.search(text)
    if action:
        named = action[1]
    elif operation := _OPERATION.search(text):
        named = f"{operation[1]} {operation[2]}"
    else:
        return line, remedy
    if denial := _DENIAL.search(text):
        remedy = _missing(denial)
    if "service control policy" in text:
        remedy = "the organization's service control policies deny it: ask who manages them"
    return f"{named} is denied: {line}", remedy


def _missing(denial: re.Match[str]) -> str:
    """The statement whose want, or the policy whose Deny, AWS names."""
    if denial["denying"]:
        return f"the {denial['denying']} denies it: change that one, then repeat the command"
    action, resource = denial["action"], denial["resource"] or "*"
    statement = {"Effect": "Allow", "Action": action, "Resource": resource}
    who = denial["who"].split(":", 5)[-1]
    return (
        f"add to the {denial['lacking']} of {who}: {json.dumps(statement)}, then repeat the command"
    )
