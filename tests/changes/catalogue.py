"""The changes that a team makes in a platform's first year.

The deployed platform has a wildcard among its names (`BASE`), beside its environment's settings.
"""

from tests.changes.change import By, Change, End
from tests.changes.databases import DATABASE, DISPOSABLE
from tests.changes.load_balancers import LOAD_BALANCER

BASE = 'dns.aliases = ["www", "*"]'
# An existing hosted zone for the domain, for who wants to use it.
ZONE = "Z0EXISTINGZONE"

NAMES = (
    Change(name="an alias more", after='dns.aliases = ["www", "*", "shop"]'),
    Change(name="a wildcard alias more", after='dns.aliases = ["www", "*", "*.shop"]', gate=False),
    Change(name="an alias less", after='dns.aliases = ["*"]', gate=False),
    Change(name="a wildcard alias less", after='dns.aliases = ["www"]', gate=False),
    Change(
        name="an existing hosted zone for an own one",
        after=f'dns.hosted_zone_id = "{ZONE}"',
        end=End.BLOCKED,
        says="first",
    ),
    Change(
        name="another domain",
        after='domain = "example.org"',
        end=End.BLOCKED,
        says="first",
        # As the one before.
        gate=False,
    ),
)

_SINGLE, _PER_ZONE = 'network.nat_gateways = "single"', 'network.nat_gateways = "per_az"'
_THREE_ZONES = "network.availability_zone_count = 3"
_FOUR_ZONES = "network.availability_zone_count = 4"
_LEAVING = f'{_FOUR_ZONES}\nnetwork.leaving_zones = ["us-west-2d"]'
_IPV6 = "network.ipv6 = true"
_ENDPOINTS = 'network.interface_endpoints = ["logs", "secretsmanager"]'

NETWORK = (
    Change(name="a NAT gateway for each zone", before=_SINGLE, after=_PER_ZONE, gate=False),
    Change(name="one NAT gateway for all zones", before=_PER_ZONE, after=_SINGLE, gate=False),
    Change(name="more zones", after=_FOUR_ZONES),
    Change(
        name="fewer zones",
        before=_FOUR_ZONES,
        end=End.BLOCKED,
        says="network.leaving_zones",
    ),
    Change(name="a zone is left", before=_FOUR_ZONES, after=_LEAVING, gate=False),
    Change(
        name="a zone that has been left goes",
        before=_LEAVING,
        after=_THREE_ZONES,
        end=End.APPROVED,
        says="only then take it out",
        gate=False,
    ),
    Change(
        name="a zone put in between",
        after=f'{_FOUR_ZONES}\nnetwork.availability_zones = ["us-west-2a", "us-west-2d", '
        '"us-west-2b", "us-west-2c"]',
    ),
    Change(name="IPv6", after=_IPV6),
    Change(name="no IPv6", before=_IPV6, end=End.BLOCKED, says="beside it", gate=False),
    Change(
        name="flow logs in a log group",
        after='network.flow_log_destination = "cloudwatch"',
        end=End.APPROVED,
        says="logging is switched off",
        gate=False,
    ),
    Change(
        name="another network",
        after='network.cidr_block = "10.99.0.0/16"',
        end=End.BLOCKED,
        says="beside it",
    ),
    Change(name="endpoints", after=_ENDPOINTS),
    Change(
        name="no endpoints", before=_ENDPOINTS, after="network.interface_endpoints = []", gate=False
    ),
    Change(
        name="no NAT gateway and no endpoints",
        after='network.nat_gateways = "none"\nnetwork.interface_endpoints = []',
        end=End.REFUSED,
        says='add "autoscaling", "logs", "monitoring", "secretsmanager"',
    ),
)

_SECOND = 'application.app.directory = "tests/changes/second_application"'
_EVERY = "runs on every instance"
_SECRET = "arn:aws:secretsmanager:us-west-2:123456789012:secret:payments-a1B2c3"

APPLICATION = (
    Change(
        name="another port",
        after="application.port = 9090",
        end=End.BLOCKED,
        says="maintenance window",
    ),
    Change(name="another health check path", after='application.health_check.path = "/ready"'),
    Change(
        name="another instance type",
        after='application.instance_types = ["m7g.xlarge"]',
        gate=False,
    ),
    Change(
        name="another architecture",
        after='application.architecture = "x86_64"\napplication.instance_types = ["m7i.large"]',
    ),
    Change(
        name="mixed instances",
        after='application.instance_types = ["m7g.large", "m6g.large"]\n'
        "application.purchase = { on_demand_base = 1, on_demand_percent = 50 }",
    ),
    Change(
        name="schedules",
        after="[[application.schedules]]\n"
        'name = "morning"\nrecurrence = "0 7 * * MON-FRI"\nmin_size = 2\nmax_size = 4\n'
        "[[application.schedules]]\n"
        'name = "evening"\nrecurrence = "0 19 * * *"\nmin_size = 1\nmax_size = 2\n',
    ),
    Change(name="a setting", after='application.app.variables = { FEATURE_X = "on" }', gate=False),
    Change(
        name="a secret setting", after=f'application.app.secrets = {{ PAYMENTS = "{_SECRET}" }}'
    ),
    Change(
        name="another secret before the origin",
        after="application.origin_secret_version = 2",
        by=By.ROTATE,
        says="version 2 is in use; version 1 is good until the next rotation",
        gate=False,
    ),
    Change(
        name="the origin's secret by two versions",
        after="application.origin_secret_version = 3",
        end=End.BLOCKED,
        says="by one, deploy, and only then by one again",
        gate=False,
    ),
    Change(name="a release", after=_SECOND, by=By.RELEASE, says=_EVERY),
    Change(
        name="a release taken back",
        before=_SECOND,
        after=_SECOND,
        by=By.ROLLBACK,
        says=_EVERY,
    ),
    Change(
        name="a broken release",
        after=f'{_SECOND}\napplication.app.variables = {{ BROKEN = "yes" }}',
        by=By.RELEASE,
        says="runs on every instance again",
    ),
)

_KNOWN_BAD = "AWSManagedRulesKnownBadInputsRuleSet"
_ON_CALL = 'monitoring.alarm_emails = ["on-call@example.com", "second@example.com"]'

OTHERS = (
    Change(
        name="a WAF group off",
        after='edge.waf.managed_rule_groups = ["AWSManagedRulesAmazonIpReputationList", '
        f'"AWSManagedRulesCommonRuleSet", "{_KNOWN_BAD}"]',
        end=End.APPROVED,
        says="a rule of the web application firewall is taken away",
        gate=False,
    ),
    Change(name="another static path", after='edge.static_paths = ["/assets/*"]', gate=False),
    # Every stack is planned twice and applied: no other change costs as much.
    Change(name="a tag everywhere", after='tags.extra = { Project = "shop" }', gate=False),
    Change(name="logs are kept longer", after="log_retention_days = 400", gate=False),
    Change(
        name="logs are kept for a shorter time",
        before="log_retention_days = 400",
        end=End.APPROVED,
        says="older",
        gate=False,
    ),
    Change(name="alarm addresses", after=_ON_CALL, gate=False),
    Change(
        name="other alarm addresses",
        before=_ON_CALL,
        after='monitoring.alarm_emails = ["second@example.com"]',
        gate=False,
    ),
    Change(
        name="another application id",
        after='app_id = "349082"',
        end=End.BLOCKED,
        says="destroy the old one first",
    ),
    Change(
        name="destroyed and deployed again",
        before=DISPOSABLE,
        after=DISPOSABLE,
        by=By.DESTROY,
        gate=False,
    ),
)

CHANGES = (*NAMES, *NETWORK, *DATABASE, *LOAD_BALANCER, *APPLICATION, *OTHERS)
