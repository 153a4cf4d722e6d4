"""What the settings accept, the emulated account takes as well: whole rehearsals, minutes each."""

from pathlib import Path

import pytest

from config import Settings
from config.regions import zones
from tests.automation.rehearse.program import Start, all_is_well
from tests.config.as_toml import toml
from tests.config.test_accepted import unusual
from tests.config.test_properties import THOROUGH
from tests.conftest import SMALL_APPLICATION

pytestmark = [pytest.mark.overnight, pytest.mark.rehearsal, pytest.mark.terraform, pytest.mark.slow]

REHEARSED = 5 if THOROUGH else 1


def placed() -> list[Settings]:
    """Those of the unusual settings whose zones an account may have: `preflight` asks AWS."""
    return [each for each in unusual() if {*each.availability_zones} <= {*zones(each.region)}]


@pytest.mark.parametrize("number", range(REHEARSED))
def test_accepted_settings_are_deployed(
    number: int, rehearse: Start, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    values = placed()[-1 - number].model_dump(mode="json", exclude_defaults=True)
    name = values.pop("environment")
    application = values.setdefault("application", {}).setdefault("app", {})
    # Whatever they are, they are not here.
    for each in ("static_directory", "processes"):
        application.pop(each, None)
    application["directory"] = str(SMALL_APPLICATION)
    folder = tmp_path / "environments"
    folder.mkdir()
    (folder / f"{name}.toml").write_text(toml(values), encoding="utf-8")
    monkeypatch.setenv("APP_ENVIRONMENTS", str(folder))
    code, answer = rehearse(name).finish()
    all_is_well(code, answer)
