"""What a platform's metrics tell as it runs, as it is made and as it is changed.

Reviewed by hand: what AWS is known to report of such a change, the worse case where it varies. One
value stands for a minute. Production's settings are meant.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from tests.cloudwatch import Measured, Samples

_ELB, _GROUP, _RDS, _NAT = "AWS/ApplicationELB", "AWS/AutoScaling", "AWS/RDS", "AWS/NATGateway"
# As the environment has them: `PREFIX` is its own.
_AGENT, _LOGS = "PREFIX-application", "PREFIX/logs"
GIB = 1024**3

REQUESTS, SECONDS = f"{_ELB}/RequestCount", f"{_ELB}/TargetResponseTime"
ERRORS = f"{_ELB}/HTTPCode_Target_5XX_Count"
HEALTHY, UNHEALTHY = f"{_ELB}/HealthyHostCount", f"{_ELB}/UnHealthyHostCount"
IN_SERVICE, LEAST = f"{_GROUP}/GroupInServiceInstances", f"{_GROUP}/GroupMinSize"
MOST = f"{_GROUP}/GroupMaxSize"
CPU, MEMORY, DISK = (
    "AWS/EC2/CPUUtilization",
    f"{_AGENT}/mem_used_percent",
    f"{_AGENT}/disk_used_percent",
)
LAG, CONNECTIONS = f"{_RDS}/ReplicaLag", f"{_RDS}/DatabaseConnections"
EDGE_ERRORS, REACHED = "AWS/CloudFront/5xxErrorRate", "AWS/Route53/HealthCheckStatus"
EVENTS = "AWS/Logs/IncomingLogEvents"

# Each minute of a day like any other. What is not here reports nothing while all is well.
USUAL: Mapping[str, Samples] = {
    REQUESTS: [(600, 1)],
    SECONDS: [(0.08, 570), (0.4, 28), (1.5, 2)],
    HEALTHY: [(3, 6)],
    UNHEALTHY: [(0, 6)],
    IN_SERVICE: [(3, 1)],
    LEAST: [(3, 1)],
    MOST: [(12, 1)],
    CPU: [(40, 3)],
    MEMORY: [(50, 3)],
    DISK: [(30, 3)],
    f"{_RDS}/CPUUtilization": [(25, 1)],
    CONNECTIONS: [(30, 1)],
    f"{_RDS}/FreeStorageSpace": [(80 * GIB, 1)],
    f"{_RDS}/FreeableMemory": [(3 * GIB, 1)],
    f"{_RDS}/ReadLatency": [(0.001, 1)],
    f"{_RDS}/WriteLatency": [(0.002, 1)],
    LAG: [(0, 1)],
    f"{_NAT}/ErrorPortAllocation": [(0, 1)],
    f"{_NAT}/PacketsDropCount": [(0, 1)],
    f"{_NAT}/PacketsInFromSource": [(20_000, 1)],
    f"{_NAT}/PacketsInFromDestination": [(20_000, 1)],
    "AWS/CloudFront/Requests": [(2000, 1)],
    EDGE_ERRORS: [(0, 1)],
    "AWS/WAFV2/BlockedRequests": [(5, 1)],
    "AWS/WAFV2/AllowedRequests": [(2000, 1)],
    REACHED: [(1, 16)],
    "AWS/CertificateManager/DaysToExpiry": [(200, 1)],
    EVENTS: [(50, 1)],
    **{
        f"{_LOGS}/{each}": [(0, 1)]
        for each in (
            "application-errors",
            "key-loss",
            "process-failures",
            "root-use",
            "sign-in-failures",
            "sign-in-without-mfa",
            "trail-change",
        )
    },
}


@dataclass(frozen=True)
class Effect:
    """What a metric tells in the place of the usual, minute by minute, and why it does.

    `since` counts from the moment at which the change is made; None is a minute without a word. A
    number is a value that is measured so many `times`.
    """

    metric: str
    since: int
    values: tuple[Samples | float | None, ...]
    why: str
    times: int = 1


@dataclass(frozen=True, kw_only=True)
class Ordinary:
    """The effects of a kind of change.

    Alarms that it makes are made with it. `begins` has from when on there is anything to tell of
    what it makes; metrics that are not in it have always told. `tells` are the alarms that are
    meant to go off, as the change takes the site down, and the review says so beforehand.
    """

    effects: tuple[Effect, ...] = ()
    begins: Mapping[str, int] = field(default_factory=dict)
    tells: frozenset[str] = frozenset()


def measured(change: Ordinary, minutes: range, *, prefix: str) -> Measured:
    """All metrics of an environment over some minutes."""
    series: dict[str, dict[int, Samples]] = {
        metric: {
            minute: samples
            for minute in minutes
            if minute >= change.begins.get(metric, minutes.start)
        }
        for metric, samples in USUAL.items()
    }
    for effect in change.effects:
        told = series.setdefault(effect.metric, {})
        for minute, value in enumerate(effect.values, start=effect.since):
            told.pop(minute, None)
            if isinstance(value, int | float):
                told[minute] = [(value, effect.times)]
            elif value is not None:
                told[minute] = value
    return Measured({name.replace("PREFIX", prefix): told for name, told in series.items()})


# The monitoring tier is made as soon as the slower of application and edge is there: the group has
# waited for its instances, nobody but the team knows the address, and the check is made just now.
# Instances serve before they are healthy, for at most two checks; nothing is told of a target group
# without targets. A group is waited for ten minutes at most. Whether a new trail tells of its own
# start is not documented: if it does, `trail-change` goes off when nobody has confirmed yet.
_LONG_AGO = -60
FIRST = Ordinary(
    begins={
        **dict.fromkeys(USUAL, 2),
        **{metric: _LONG_AGO for metric in USUAL if metric.startswith((_RDS, _NAT))},
        **dict.fromkeys((IN_SERVICE, LEAST, MOST), -10),
        **dict.fromkeys((CPU, MEMORY, DISK), -3),
        **dict.fromkeys((HEALTHY, UNHEALTHY), 0),
    },
    effects=(
        Effect(IN_SERVICE, -10, (0,) * 10, "the group waits for its instances"),
        Effect(CPU, -3, (100,) * 4, "an instance boots, and installs packages"),
        Effect(HEALTHY, 0, (0,), "targets are unhealthy until they have passed two checks"),
        Effect(UNHEALTHY, 0, (3, 1), "the same, and one of them takes longer"),
        Effect(CONNECTIONS, _LONG_AGO, (0,) * 60, "no instance, no connection"),
        Effect(REQUESTS, 2, (40,) * 120, "Route 53's checkers, and the team"),
        Effect(SECONDS, 2, ([(3.0, 12), (0.1, 28)],), "first answers of each process are slow"),
        Effect(ERRORS, 2, (1, 0, 1), "and may fail"),
    ),
)
ROLLED = Ordinary(
    effects=(
        Effect(IN_SERVICE, 3, (4,) * 20, "a new instance is launched before an old one goes"),
        Effect(MEMORY, 2, (60,) * 21, "its agent tells as soon as it has booted", times=4),
        Effect(CPU, 0, (60,) * 24, "one of four boots, then the next"),
        Effect(UNHEALTHY, 3, (1, 1, 0, 0, 0, 0, 0, 0) * 3, "each new target, until two checks"),
        Effect(SECONDS, 5, ([(0.3, 576), (1.4, 24)],) * 18, "caches of new processes are cold"),
        Effect(ERRORS, 6, (1, 0, 0, 0, 0, 0, 0, 0) * 3, "a connection that was just then closed"),
    ),
)
# The database restarts, as a review says of it. Two minutes at most, says AWS, seen in three.
# https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Concepts.MultiAZ.Failover.html
DOWN = Ordinary(
    effects=(
        Effect(CONNECTIONS, 5, (0, 0, 60), "the standby takes over, and all connect again"),
        Effect(ERRORS, 5, (300, 600, 300), "pages that need the database"),
        Effect(EDGE_ERRORS, 5, (15, 30, 15), "static files are served meanwhile"),
        Effect(f"{_LOGS}/application-errors", 5, (5, 9, 4), "one line for each failed connection"),
        Effect(REACHED, 5, (1, 1, 1), "the health check needs no database"),
    ),
    tells=frozenset(
        {
            "application-errors",
            "availability-burn-fast",
            "availability-burn-medium",
            "edge-error-rate",
            "error-rate",
            "outage",
            "release-errors",
            "service-down",
        }
    ),
)
REPLICAS = Ordinary(
    begins=dict.fromkeys((metric for metric in USUAL if metric.startswith(_RDS)), _LONG_AGO)
    | {LAG: 2},
    effects=(
        Effect(
            LAG,
            2,
            (540, 480, 420, 360, 300, 200, 100, 0),
            "a replica begins with a snapshot, and catches up",
        ),
    ),
)
NOTHING = Ordinary()
NEW_GATEWAYS = Ordinary(
    begins={metric: 2 for metric in USUAL if metric.startswith(_NAT)},
    effects=(
        Effect(f"{_LOGS}/application-errors", 1, (3, 1), "connections through the gateway before"),
        Effect(MEMORY, 1, (None,), "the agent connects again"),
    ),
)
NEW_CERTIFICATES = Ordinary(begins={"AWS/CertificateManager/DaysToExpiry": 30})
OTHER_LOAD_BALANCER = Ordinary(
    begins=dict.fromkeys((REQUESTS, SECONDS, HEALTHY, UNHEALTHY), 1),
    effects=(
        Effect(HEALTHY, 1, (0,), "targets are asked by it for the first time"),
        Effect(UNHEALTHY, 1, (3,), "the same"),
    ),
)
SCHEDULES = Ordinary(
    effects=(
        Effect(LEAST, 0, (4,) * 60, "in the morning"),
        Effect(IN_SERVICE, 0, (3,) * 8, "an instance boots"),
        Effect(IN_SERVICE, 8, (4,) * 72, "it is there"),
        Effect(MEMORY, 7, (50,) * 73, "and its agent", times=4),
        Effect(MOST, 60, (4,) * 20, "in the evening the group is as large as it may be"),
        Effect(LEAST, 60, (1,) * 60, "and may shrink"),
        Effect(IN_SERVICE, 80, (3,) * 40, "as it does when scaling has looked for a quarter hour"),
    ),
)

# By the names of the catalogue: all that go through, as they are or approved.
KINDS: Mapping[str, tuple[Ordinary, ...]] = {
    "an alias more": (NEW_CERTIFICATES,),
    "a wildcard alias more": (NEW_CERTIFICATES,),
    "an alias less": (NEW_CERTIFICATES,),
    "a wildcard alias less": (NEW_CERTIFICATES,),
    "a NAT gateway for each zone": (NEW_GATEWAYS,),
    "one NAT gateway for all zones": (NEW_GATEWAYS,),
    "more zones": (NEW_GATEWAYS, ROLLED),
    "a zone is left": (ROLLED,),
    "a zone that has been left goes": (NOTHING,),
    "a zone put in between": (NEW_GATEWAYS, ROLLED),
    "IPv6": (ROLLED,),
    "flow logs in a log group": (NOTHING,),
    "endpoints": (NEW_GATEWAYS,),
    "no endpoints": (NEW_GATEWAYS,),
    "another database class": (DOWN,),
    "more storage": (NOTHING,),
    "a pinned minor version": (DOWN,),
    "a parameter of the database": (NOTHING,),
    "a password of one's own": (ROLLED,),
    "two read replicas": (REPLICAS, ROLLED),
    "one read replica less": (ROLLED,),
    "a password that RDS manages": (ROLLED,),
    "blue/green updates": (NOTHING,),
    "an audit log less": (DOWN,),
    "tokens of IAM for the database": (NOTHING,),
    "protection": (NOTHING,),
    "no protection, and a last snapshot that stays": (NOTHING,),
    "another health check path": (ROLLED,),
    "another instance type": (ROLLED,),
    "another architecture": (ROLLED,),
    "mixed instances": (ROLLED,),
    "schedules": (SCHEDULES,),
    "a setting": (ROLLED,),
    "a secret setting": (ROLLED,),
    "another secret before the origin": (NOTHING,),
    "a release": (ROLLED,),
    "a release taken back": (ROLLED,),
    "a WAF group off": (NOTHING,),
    "another static path": (NOTHING,),
    "a tag everywhere": (ROLLED,),
    "logs are kept longer": (NOTHING,),
    "logs are kept for a shorter time": (NOTHING,),
    "alarm addresses": (NOTHING,),
    "other alarm addresses": (NOTHING,),
    "a private load balancer beside the public one": (OTHER_LOAD_BALANCER,),
    "the private load balancer takes over": (OTHER_LOAD_BALANCER,),
    "the public load balancer goes": (NOTHING,),
    "the public load balancer takes over": (OTHER_LOAD_BALANCER,),
    "the private load balancer goes": (NOTHING,),
}
# What is meant to be told, whoever does it, or has failed: no ordinary change.
EXTRAORDINARY: Mapping[str, str] = {
    "a broken release": "instances do not get healthy, and are taken back",
    "destroyed and deployed again": "trail and keys go, and with them the alarms",
}
