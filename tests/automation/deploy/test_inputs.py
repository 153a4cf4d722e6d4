import json
from collections.abc import Mapping
from pathlib import Path
from typing import cast

from automation.aws.states import RemoteState, States
from automation.deploy.deployment import Inputs, Wiring
from automation.terraform.stacks import Stack, references
from config import load
from tests.automation.terraform import tiny

PREFIX = "dev-349081"
ARN, NAME = {"place": "digest of an ARN"}, {"place": "digest of a name"}


class Kept:
    """States that were written down."""

    def __init__(self, **outputs: Mapping[str, str]) -> None:
        self._outputs = outputs

    def read(self, key: str) -> RemoteState | None:
        outputs = self._outputs.get(key.split("/")[1])
        return None if outputs is None else RemoteState("lineage", 1, outputs)


def wiring(folder: Path, **outputs: Mapping[str, str]) -> Wiring:
    stacks = tiny.write(folder, load("dev").naming)
    return Wiring(stacks, cast(States, Kept(**outputs)))


def test_a_stack_reads_what_others_have_put_out(tmp_path: Path) -> None:
    found = wiring(tmp_path, security=ARN, storage=NAME)
    assert found.inputs("security") == Inputs({}, ())
    assert found.inputs("application") == Inputs(
        {"security.place": ARN["place"], "storage.place": NAME["place"]}, ()
    )


def test_what_has_no_state_or_lacks_an_output_is_waited_for(tmp_path: Path) -> None:
    assert wiring(tmp_path, security=ARN).inputs("application").missing == ("storage",)
    found = wiring(tmp_path, security=ARN, storage={"old": "digest"}).inputs("application")
    assert found.missing == ("storage",)
    assert found.digests == {"security.place": ARN["place"]}


def test_references_are_found_wherever_they_are(tmp_path: Path) -> None:
    lookup = {"cross-stack-reference-input-network": {"config": {"key": f"{PREFIX}/network/x"}}}
    place = "${data.terraform_remote_state.cross-stack-reference-input-network.outputs.a-vpc_1id}"
    content = {
        "data": {"terraform_remote_state": lookup},
        "resource": {"aws_x": {"y": {"ids": [place, f"prefix {place[:-1]}[0]}}"]}}},
        "output": {"z": {"value": place.replace("a-vpc_1id", "other")}},
    }
    file = tmp_path / "cdk.tf.json"
    file.write_text(json.dumps(content))
    assert references(Stack("application", file)) == {
        f"{PREFIX}/network/x": frozenset({"a-vpc_1id", "other"})
    }
