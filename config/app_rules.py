"""What has to hold between the application's settings and the others."""

from collections.abc import Iterator

from config.faults import Fault
from config.settings import Settings

# What Terrace sets for the application, and what would lead its AWS clients elsewhere.
_OWN_VARIABLES = ("ASSETS_BASE_URL", "HOME", "PATH", "PORT")
_OWN_PREFIXES = ("APP_", "AWS_", "DB_", "OTEL_")
# Variables are part of the user data, which holds 16 KiB.
# https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instancedata-add-user-data.html
_MAX_VARIABLES = 4096


def _variables(settings: Settings) -> Iterator[Fault]:
    key, app = "application.app", settings.application.app
    for place, names in (("variables", app.variables), ("secrets", app.secrets)):
        for name in names:
            if name in _OWN_VARIABLES or name.startswith(_OWN_PREFIXES):
                remedy = f"choose another name: not {', '.join(_OWN_VARIABLES)}, and none that "
                remedy += f"starts with {', '.join(_OWN_PREFIXES)}"
                yield Fault(f"{key}.{place}", f'"{name}"', remedy)
    for name in sorted({*app.variables} & {*app.secrets}):
        remedy = f"remove it here or in {key}.secrets"
        yield Fault(f"{key}.variables", f'"{name}"', remedy, (f"{key}.secrets",))
    variables = (*app.variables.items(), *app.secrets.items())
    size = sum(len(f"{name}={value}\n".encode()) for name, value in variables)
    if size > _MAX_VARIABLES:
        remedy = f"shorten it and {key}.secrets to {_MAX_VARIABLES} bytes: user data is limited"
        yield Fault(f"{key}.variables", f"{size} bytes", remedy, (f"{key}.secrets",))


def _secrets(settings: Settings) -> Iterator[Fault]:
    for name, arn in settings.application.app.secrets.items():
        if arn.split(":")[3] != settings.region:
            remedy = f"name a secret of the region {settings.region}: replicate it there"
            yield Fault(f"application.app.secrets.{name}", f'"{arn}"', remedy, ("region",))


def _release(settings: Settings) -> Iterator[Fault]:
    key, seconds = "application.app.release_seconds", settings.application.app.release_seconds
    grace = settings.application.health_check.grace_seconds
    if seconds >= grace:
        involved = "application.health_check.grace_seconds"
        remedy = f"give less than {involved}, which is {grace}: the instance would be replaced"
        yield Fault(key, seconds, remedy, (involved,))


RULES = (_variables, _secrets, _release)
