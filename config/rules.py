"""What has to hold between settings: pure functions from settings to faults."""

from collections.abc import Callable, Iterator

from config import app_rules, database_rules, network_rules, permission_rules, site_rules
from config.allowed import form_of
from config.faults import Fault, shown
from config.fields import Section
from config.naming import MAX_PREFIX_LENGTH
from config.settings import Settings

Rule = Callable[[Settings], Iterator[Fault]]


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


# https://docs.aws.amazon.com/Route53/latest/APIReference/API_ChangeTagsForResource.html
_MOST_TAGS = 10


def _tags(settings: Settings) -> Iterator[Fault]:
    """Tags by AWS's rules; IAM takes keys for the same that differ in case alone."""
    key, own = "tags.extra", (*settings.required_tags, "Name", "Stack")
    taken, kept = {name.casefold(): name for name in own}, 0
    for name in settings.tags.extra:
        if name.casefold().startswith("aws:"):
            yield Fault(key, f'"{name}"', "choose another key: AWS keeps aws: to itself")
        elif name.casefold() in taken:
            other = taken[name.casefold()]
            yield Fault(key, f'"{name}"', f"choose another key: there is {other} already")
        else:
            kept += 1
        taken.setdefault(name.casefold(), name)
    if kept > _MOST_TAGS - len(own):
        yield Fault(
            key,
            f"{kept} tags",
            f"give at most {_MOST_TAGS - len(own)}: Route 53 takes {_MOST_TAGS} for a health check "
            f"or a zone, of which {len(own)} are {', '.join(own)}",
        )


def _repeated(settings: Settings) -> Iterator[Fault]:
    """Every list names each of its items once."""
    return _repeated_in("", settings)


def _repeated_in(path: str, section: Section) -> Iterator[Fault]:
    for name, field in type(section).model_fields.items():
        key, value = f"{path}{name}", getattr(section, name)
        if isinstance(value, Section):
            yield from _repeated_in(f"{key}.", value)
        elif isinstance(value, tuple):
            form = form_of(field)
            yield from _twice(key, value, caseless=form is not None and form.caseless)
            for index, item in enumerate(value):
                if isinstance(item, Section):
                    yield from _repeated_in(f"{key}[{index}].", item)


def _twice(key: str, items: tuple[object, ...], *, caseless: bool) -> Iterator[Fault]:
    first: dict[object, int] = {}
    for index, item in enumerate(items):
        same = item.casefold() if caseless and isinstance(item, str) else item
        if same in first:
            remedy = f"remove it: {key}[{first[same]}] is the same"
            yield Fault(f"{key}[{index}]", shown(item), remedy)
        first.setdefault(same, index)


def _locked_backups(settings: Settings) -> Iterator[Fault]:
    """A locked vault takes no backup that ends earlier.

    https://docs.aws.amazon.com/aws-backup/latest/devguide/vault-lock.html
    """
    audit, least = settings.audit, "audit.backup_lock_days"
    if audit.backup_days < audit.backup_lock_days:
        remedy = f"give at least {least}, which is {audit.backup_lock_days}"
        yield Fault("audit.backup_days", audit.backup_days, remedy, (least,))


def _copied_backups(settings: Settings) -> Iterator[Fault]:
    """A copy beside its original survives nothing that the original does not."""
    if settings.audit.backup_copy_region == settings.region:
        remedy = "give another region than the environment's own, or leave it out"
        key = "audit.backup_copy_region"
        yield Fault(key, f'"{settings.region}"', remedy, ("region",))


def _thresholds(settings: Settings) -> Iterator[Fault]:
    """What is rarer or worse has the higher threshold."""
    place, thresholds = "monitoring.thresholds", settings.monitoring.thresholds
    for lower, higher in _IN_ORDER:
        least, given = getattr(thresholds, lower), getattr(thresholds, higher)
        if given < least:
            remedy = f"give at least {place}.{lower}, which is {least}"
            yield Fault(f"{place}.{higher}", given, remedy, (f"{place}.{lower}",))


_IN_ORDER = (
    ("latency_p50_seconds", "latency_p95_seconds"),
    ("latency_p95_seconds", "latency_p99_seconds"),
    ("error_rate_percent", "outage_percent"),
)
_RULES: tuple[Rule, ...] = (
    _prefix,
    _tags,
    _repeated,
    _locked_backups,
    _copied_backups,
    _thresholds,
    *network_rules.RULES,
    *site_rules.RULES,
    *database_rules.RULES,
    *app_rules.RULES,
    *permission_rules.RULES,
)
