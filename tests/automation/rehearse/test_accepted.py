"""What the settings accept, the emulated account takes as well: whole rehearsals, minutes each."""

from pathlib import Path

import pytest
from moto.ec2.models.availability_zones_and_regions import RegionsAndZonesBackend

from config import Settings
from tests.automation.rehearse.program import Start, all_is_well
from tests.config import generated
from tests.config.as_toml import toml
from tests.config.test_accepted import unusual
from tests.config.test_properties import THOROUGH
from tests.conftest import SMALL_APPLICATION

pytestmark = [pytest.mark.rehearsal, pytest.mark.terraform, pytest.mark.slow]

REHEARSED = 5 if THOROUGH else 1


def placed() -> list[Settings]:
    """The unusual settings in one region, with zones that it has: `preflight` asks AWS for them."""
    found = []
    for each in unusual():
        raw = each.model_dump(mode="json", exclude_defaults=True, exclude={"environment"})
        # Of instance types, settings know the form alone, and `preflight` asks AWS for the rest.
        for name in ("instance_types", "architecture"):
            raw.get("application", {}).pop(name, None)
        found.append(generated.repaired({**raw, "region": generated.REQUIRED["region"]}))
    return [each for each in found if set(each.availability_zones) <= zones(each.region)]


def zones(region: str) -> set[str]:
    return {each.name for each in RegionsAndZonesBackend.zones.get(region, [])}


@pytest.mark.parametrize("number", range(REHEARSED))
def test_accepted_settings_are_deployed(
    number: int, rehearse: Start, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    values = placed()[-1 - number].model_dump(mode="json", exclude_defaults=True)
    name = values.pop("environment")
    application = values.setdefault("application", {}).setdefault("app", {})
    # Whatever they are, they are not here.
    application.pop("static_directory", None)
    application["directory"] = str(SMALL_APPLICATION)
    folder = tmp_path / "environments"
    folder.mkdir()
    (folder / f"{name}.toml").write_text(toml(values), encoding="utf-8")
    monkeypatch.setenv("APP_ENVIRONMENTS", str(folder))
    code, answer = rehearse(name).finish()
    all_is_well(code, answer)
