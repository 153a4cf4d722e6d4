"""The kinds of errors that Terraform reports, how to recognize them and what to do about each.

The codes are AWS's: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html
and each service's API reference; the texts are Terraform's and the provider's.
"""

import re
from enum import StrEnum


class Kind(StrEnum):
    """Why something failed, as far as it decides what to do next."""

    UNSAVED = "state not saved"
    LOCKED = "locked"
    EXPIRED = "expired credentials"
    REJECTED = "no credentials"
    DENIED = "access denied"
    THROTTLED = "throttled"
    QUOTA = "quota"
    EXISTS = "already exists"
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
PASSING = frozenset({Kind.THROTTLED, Kind.LOCKED, Kind.NETWORK})

# By the error's code, in this order.
CODES: tuple[tuple[Kind, re.Pattern[str]], ...] = (
    (Kind.EXPIRED, re.compile(r"ExpiredToken(Exception)?|RequestExpired|InvalidGrantException")),
    (
        Kind.REJECTED,
        re.compile(
            r"InvalidClientTokenId|SignatureDoesNotMatch|UnrecognizedClientException|AuthFailure"
            r"|InvalidAccessKeyId|IncompleteSignature"
        ),
    ),
    (
        Kind.DENIED,
        re.compile(
            r"AccessDenied(Exception|Fault)?|UnauthorizedOperation|AuthorizationError(Exception)?"
            r"|NotAuthorized\w*|UnauthorizedException|Forbidden(Exception)?"
        ),
    ),
    (
        Kind.THROTTLED,
        re.compile(
            r"Throttl\w*|RequestThrottled\w*|RequestLimitExceeded|TooManyRequests\w*|SlowDown"
            r"|PriorRequestNotComplete|BandwidthLimitExceeded|ProvisionedThroughputExceeded\w*"
            r"|EC2ThrottledException|TransactionInProgressException"
        ),
    ),
    (
        Kind.QUOTA,
        re.compile(
            r"\w*(LimitExceeded|LimitsExceeded|QuotaExceeded)\w*|TooMany\w+|MaxSpot\w+Exceeded"
            r"|InsufficientInstanceCapacity|InsufficientDBInstanceCapacity\w*"
        ),
    ),
    (
        Kind.EXISTS,
        re.compile(
            r"\w*Already(Exists?|Owned|InUse)\w*|\w*Duplicate\w*(\.\w+)?|\w+\.Duplicate"
            r"|ResourceConflictException|CNAMEAlreadyExists"
        ),
    ),
    (
        Kind.DEPENDENCY,
        re.compile(
            r"DependencyViolation|DeleteConflict\w*|\w*InUse\w*(\.\w+)?|BucketNotEmpty"
            r"|HostedZoneNotEmpty|\w+\.InUse|ResourceNotEmpty\w*|InvalidDBInstanceState\w*"
        ),
    ),
    (
        Kind.NETWORK,
        re.compile(
            r"InternalError|InternalFailure|InternalServer\w*|ServiceUnavailable\w*|Unavailable"
            r"|RequestTimeout\w*|ServiceException|ServerException"
        ),
    ),
    (
        Kind.CONFIG,
        re.compile(
            r"Invalid\w*(\.\w+)*|Validation\w*|Malformed\w*|MissingParameter|Missing\w+"
            r"|UnknownParameter\w*|Unsupported\w*|\w*NotFound\w*(\.\w+)?|NoSuch\w+"
        ),
    ),
)

# By what it says, before any code is looked at.
TEXTS_FIRST: tuple[tuple[Kind, re.Pattern[str]], ...] = (
    (
        Kind.UNSAVED,
        re.compile(r"Failed to persist state|Failed to save state|errored\.tfstate"),
    ),
    (
        Kind.LOCKED,
        re.compile(
            r"state lock.*(PreconditionFailed|Conditional\w+|StatusCode: 4(09|12))"
            r"|Error releasing the state lock",
            re.DOTALL,
        ),
    ),
    (Kind.UNAPPROVED, re.compile(r"which nobody (was shown|reviewed)")),
    (Kind.STALE, re.compile(r"Saved plan is stale|Inconsistent dependency lock file")),
    (
        Kind.UPSTREAM,
        re.compile(r"Unable to find remote state|does not have an attribute named \"cross-stack"),
    ),
    (
        Kind.BUG,
        re.compile(
            r"Plugin did not respond|plugin crashed|encountered an error, and failed to respond"
            r"|Provider (produced|returned) (inconsistent|invalid)|bug in the provider|panic:"
        ),
    ),
    (Kind.INTERRUPTED, re.compile(r"operation cancell?ed|execution halted|exit code -2\b")),
    (
        Kind.EXPIRED,
        re.compile(
            r"refresh cached SSO token|SSO session .*(expired|invalid)|token has expired"
            r"|token included in the request is expired"
        ),
    ),
    (Kind.REJECTED, re.compile(r"No valid credential sources|failed to (refresh|retrieve) cred")),
    # Under codes that mean something else as a rule.
    (Kind.THROTTLED, re.compile(r"Rate exceeded")),
    (Kind.EXISTS, re.compile(r"but it already exists|BucketAlready\w+$")),
)

# By what it says, where no code told.
TEXTS_LAST: tuple[tuple[Kind, re.Pattern[str]], ...] = (
    (Kind.DENIED, re.compile(r"not authorized to perform|AccessDenied|Access Denied")),
    (Kind.THROTTLED, re.compile(r"StatusCode: 429|Throttl|reduce your request rate")),
    (Kind.EXISTS, re.compile(r"already exists")),
    (
        Kind.NETWORK,
        re.compile(
            r"dial tcp|no such host|connection (reset|refused)|i/o timeout|broken pipe"
            r"|TLS handshake|request send failed|RequestError: send request failed|proxyconnect"
            r"|StatusCode: (0|5\d\d)\b|\bEOF\b|Client\.Timeout exceeded|network is unreachable"
        ),
    ),
    (Kind.QUOTA, re.compile(r"quota|[Ll]imit .*exceeded|maximum number of")),
    (
        Kind.CONFIG,
        re.compile(
            r"^(Invalid|Unsupported|Missing|Reference to undeclared|Conflicting|Incorrect"
            r"|Duplicate|Argument|Extraneous|Cycle)|expected .* to be|is not expected here"
        ),
    ),
)

REMEDIES = {
    Kind.UNSAVED: (
        "do not deploy again before this state is saved: in the stack's folder run "
        "`terraform state push errored.tfstate`"
    ),
    Kind.LOCKED: "wait until that run has ended; if it has died: ",
    Kind.EXPIRED: "sign in again, and repeat the command: it goes on where it stopped",
    Kind.REJECTED: "set AWS_PROFILE, or run `aws sso login` or `aws configure`",
    Kind.DENIED: "allow it in the policies of the credentials in use, then repeat the command",
    Kind.THROTTLED: "repeat the command later: it goes on where it stopped",
    Kind.QUOTA: "ask for more in Service Quotas, or configure less, then repeat the command",
    Kind.EXISTS: "remove it, or take it over with `terraform import`, then repeat the command",
    Kind.DEPENDENCY: "remove what still uses it, then repeat the command",
    Kind.INTERRUPTED: "repeat the command: it goes on where it stopped",
    Kind.BUG: (
        "repeat the command; if it stays, report it to "
        "https://github.com/hashicorp/terraform-provider-aws/issues"
    ),
    Kind.STALE: "plan again: something has changed since this plan was made",
    Kind.UPSTREAM: "deploy the stacks that it depends on first",
    Kind.NETWORK: "check the network and https://health.aws.amazon.com, then repeat the command",
    Kind.CONFIG: "correct the environment's settings or the stack, then repeat the command",
    Kind.UNAPPROVED: "run the command again: it shows the new plan, and asks",
    Kind.OTHER: "correct what it names, then repeat the command",
}
