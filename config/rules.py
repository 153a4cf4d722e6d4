"""What has to hold between settings: pure functions from settings to faults."""

import re
from collections.abc import Callable, Iterator
from ipaddress import IPv4Network

from config import app_rules
from config.faults import Fault
from config.instance_types import architecture_of
from config.naming import MAX_PREFIX_LENGTH
from config.settings import Settings
from config.windows import overlap

Rule = Callable[[Settings], Iterator[Fault]]

_PRIVATE = tuple(
    IPv4Network(block)
    for block in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10")
)
_MONITORING_INTERVALS = (1, 5, 10, 15, 30, 60)


def check(settings: Settings) -> list[Fault]:
    """Every fault between the settings' values."""
    return [fault for rule in _RULES for fault in rule(settings)]


def _prefix(settings: Settings) -> Iterator[Fault]:
    prefix = settings.naming.prefix
    if len(prefix) > MAX_PREFIX_LENGTH:
        yield Fault(
            "app_id",
            f'"{settings.app_id}"',
            f'shorten it or the environment\'s name: "{prefix}" has {len(prefix)} characters, and '
            f"AWS's shortest names leave room for {MAX_PREFIX_LENGTH}",
        )


def _tags(settings: Settings) -> Iterator[Fault]:
    reserved = {*settings.required_tags, "Name", "Stack"}
    for key in settings.tags.extra:
        if key in reserved or key.lower().startswith("aws:") or not 1 <= len(key) <= 128:
            remedy = (
                "choose another key: 1 to 128 characters, not aws: and not one of Terrace's own"
            )
            yield Fault("tags.extra", f'"{key}"', remedy)


def _vpc_network(settings: Settings) -> Iterator[Fault]:
    key = "network.cidr_block"
    received = settings.network.cidr_block
    network = _network(received)
    if network is None:
        yield Fault(key, f'"{received}"', "give a network address, such as 10.0.0.0/16")
        return
    if not 16 <= network.prefixlen <= 22:
        yield Fault(key, f'"{received}"', "give a network from /16 to /22: subnets would not fit")
    if not any(network.subnet_of(block) for block in _PRIVATE):
        yield Fault(key, f'"{received}"', "give a private network (RFC 1918 or 100.64.0.0/10)")
    for index, other in enumerate(settings.network.reserved_cidr_blocks):
        reserved = _network(other)
        name = f"network.reserved_cidr_blocks[{index}]"
        if reserved is None:
            yield Fault(name, f'"{other}"', "give a network address, such as 10.1.0.0/16")
        elif network.overlaps(reserved):
            remedy = f"choose a network that does not overlap {other} ({name})"
            yield Fault(key, f'"{received}"', remedy, (name,))


def _network(text: str) -> IPv4Network | None:
    try:
        return IPv4Network(text)
    except ValueError:
        return None


def _zones(settings: Settings) -> Iterator[Fault]:
    key = "network.availability_zones"
    zones, count = settings.network.availability_zones, settings.network.availability_zone_count
    if zones and (len(zones) != count or len(set(zones)) != count):
        remedy = f"name {count} different zones (network.availability_zone_count), or none"
        yield Fault(key, list(zones), remedy, ("network.availability_zone_count",))
    for zone in zones:
        if zone[:-1] != settings.region:
            yield Fault(
                key, f'"{zone}"', f"name zones of the region {settings.region}", ("region",)
            )


def _site_names(settings: Settings) -> Iterator[Fault]:
    for name in settings.site_names:
        if len(name) > 253:
            yield Fault(
                "dns.aliases", f'"{name}"', "use at most 253 characters in all", ("domain",)
            )
    if len(set(settings.dns.aliases)) != len(settings.dns.aliases):
        yield Fault("dns.aliases", list(settings.dns.aliases), "name each alias once")


def _storage_growth(settings: Settings) -> Iterator[Fault]:
    database = settings.database
    least = database.allocated_storage_gib * 1.1
    if database.max_allocated_storage_gib < least:
        yield Fault(
            "database.max_allocated_storage_gib",
            database.max_allocated_storage_gib,
            f"give at least {least:.0f}: 10 % above database.allocated_storage_gib",
            ("database.allocated_storage_gib",),
        )


# https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/rds-secrets-manager.html
def _replicas(settings: Settings) -> Iterator[Fault]:
    database = settings.database
    if not database.read_replicas:
        return
    key, involves = "database.read_replicas", ("database.managed_password",)
    if database.managed_password:
        remedy = "set database.managed_password = false: RDS cannot manage it with replicas"
        yield Fault(key, database.read_replicas, remedy, involves)
    if database.blue_green_updates:
        remedy = "set database.blue_green_updates = false: it cannot be combined with replicas"
        yield Fault(key, database.read_replicas, remedy, ("database.blue_green_updates",))
    if database.backup_days < 1:
        remedy = "give at least 1: read replicas need automated backups"
        yield Fault("database.backup_days", database.backup_days, remedy, (key,))


def _database_backups(settings: Settings) -> Iterator[Fault]:
    database = settings.database
    if settings.deletion_protection and database.backup_days < 7:
        remedy = "give at least 7 while deletion_protection is true"
        yield Fault("database.backup_days", database.backup_days, remedy, ("deletion_protection",))
    if overlap(database.backup_window, database.maintenance_window):
        yield Fault(
            "database.maintenance_window",
            f'"{database.maintenance_window}"',
            f"choose a window apart from database.backup_window ({database.backup_window})",
            ("database.backup_window",),
        )


def _database_monitoring(settings: Settings) -> Iterator[Fault]:
    database = settings.database
    if database.monitoring_interval_seconds not in _MONITORING_INTERVALS:
        remedy = "give 1, 5, 10, 15, 30 or 60"
        received = database.monitoring_interval_seconds
        yield Fault("database.monitoring_interval_seconds", received, remedy)
    # https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_PerfInsights.Overview.Engines.html
    small = database.instance_class.endswith((".micro", ".small"))
    if database.performance_insights and small:
        yield Fault(
            "database.performance_insights",
            "true",
            f"set it to false, or choose a class above small: {database.instance_class} lacks it",
            ("database.instance_class",),
        )


def _capacity(settings: Settings) -> Iterator[Fault]:
    capacity = settings.application.capacity
    if capacity.min_size > capacity.max_size:
        key = "application.capacity"
        remedy = f"give at most {key}.max_size, which is {capacity.max_size}"
        yield Fault(f"{key}.min_size", capacity.min_size, remedy, (f"{key}.max_size",))
    names = [schedule.name for schedule in settings.application.schedules]
    for index, schedule in enumerate(settings.application.schedules):
        key = f"application.schedules[{index}]"
        if schedule.min_size > schedule.max_size:
            remedy = f"give at most {key}.max_size, which is {schedule.max_size}"
            yield Fault(f"{key}.min_size", schedule.min_size, remedy)
        if schedule.name in names[:index]:
            yield Fault(f"{key}.name", f'"{schedule.name}"', "give each schedule its own name")


def _architecture(settings: Settings) -> Iterator[Fault]:
    wanted = settings.application.architecture
    for index, instance_type in enumerate(settings.application.instance_types):
        found = architecture_of(instance_type)
        if found != wanted:
            yield Fault(
                f"application.instance_types[{index}]",
                f'"{instance_type}"',
                f"it is {found}, but application.architecture is {wanted}: change one of them",
                ("application.architecture",),
            )


def _health_check(settings: Settings) -> Iterator[Fault]:
    health = settings.application.health_check
    if health.timeout_seconds >= health.interval_seconds:
        key = "application.health_check"
        remedy = f"give less than {key}.interval_seconds, which is {health.interval_seconds}"
        involves = (f"{key}.interval_seconds",)
        yield Fault(f"{key}.timeout_seconds", health.timeout_seconds, remedy, involves)


# CloudFront refuses equal path patterns, and the error pages have one of their own.
_ERROR_PAGES = "/errors/*"
_FOLDER = re.compile(r"(/[A-Za-z0-9_-]+)+/\*")


def _static_paths(settings: Settings) -> Iterator[Fault]:
    key, paths = "edge.static_paths", settings.edge.static_paths
    if len(set(paths)) != len(paths):
        yield Fault(key, list(paths), "name each path pattern once")
    if _ERROR_PAGES in paths:
        yield Fault(key, f'"{_ERROR_PAGES}"', "remove it: Terrace serves its error pages there")
    if not _FOLDER.fullmatch(paths[0]):
        remedy = "start with a folder, such as /static/*: the application's static files go there"
        yield Fault(key, f'"{paths[0]}"', remedy)


# Rule groups that do nothing without settings of their own, such as the path of a log-in form.
# https://docs.aws.amazon.com/waf/latest/APIReference/API_ManagedRuleGroupConfig.html
_NEED_CONFIGURATION = (
    "AWSManagedRulesACFPRuleSet",
    "AWSManagedRulesATPRuleSet",
    "AWSManagedRulesAntiDDoSRuleSet",
    "AWSManagedRulesBotControlRuleSet",
)


def _waf(settings: Settings) -> Iterator[Fault]:
    waf = settings.edge.waf
    for group in set(waf.managed_rule_groups) & set(_NEED_CONFIGURATION):
        remedy = "remove it: this rule group needs settings of its own, which Terrace does not have"
        yield Fault("edge.waf.managed_rule_groups", f'"{group}"', remedy)
    for rule in waf.count_only_rules:
        if rule.split("/")[0] not in waf.managed_rule_groups:
            remedy = "name only rules of edge.waf.managed_rule_groups"
            involves = ("edge.waf.managed_rule_groups",)
            yield Fault("edge.waf.count_only_rules", f'"{rule}"', remedy, involves)
    for group in set(waf.count_only) - set(waf.managed_rule_groups):
        remedy = "name only groups of edge.waf.managed_rule_groups"
        yield Fault("edge.waf.count_only", f'"{group}"', remedy, ("edge.waf.managed_rule_groups",))
    if len(set(waf.managed_rule_groups)) != len(waf.managed_rule_groups):
        received = list(waf.managed_rule_groups)
        yield Fault("edge.waf.managed_rule_groups", received, "name each group once")


_RULES: tuple[Rule, ...] = (
    _prefix,
    _tags,
    _vpc_network,
    _zones,
    _site_names,
    _storage_growth,
    _replicas,
    _database_backups,
    _database_monitoring,
    _capacity,
    _architecture,
    _health_check,
    *app_rules.RULES,
    _static_paths,
    _waf,
)
