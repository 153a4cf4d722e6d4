import json
from pathlib import Path

import pytest
from cdktf import Fn, TerraformOutput, TerraformStack, TerraformVariable

from automation.terraform import program
from modules.literal import literal
from tests.rendered import rendered
from tests.synthesized import Synthesized, synthesize

STRANGE = 'a "quote", \\n and \\\\, a\nline, ${x}, $${y}, %{if}, %%{z} and 100 %'


def synthesized() -> Synthesized:
    def build(stack: TerraformStack) -> None:
        place = TerraformVariable(stack, "place", default="here", sensitive=True)
        plain, mixed = literal(STRANGE), literal(f"{STRANGE}{place.string_value}{STRANGE}")
        for name, text in (("plain", plain), ("mixed", mixed)):
            TerraformOutput(stack, name, value=Fn.base64gzip(text), static_id=True)

    return synthesize(build)


def test_tests_read_texts_as_terraform_does() -> None:
    outputs = synthesized().parsed["output"]
    assert rendered(outputs["plain"]["value"], {}) == STRANGE
    assert rendered(outputs["mixed"]["value"], {"place": "here"}) == f"{STRANGE}here{STRANGE}"


@pytest.mark.slow
@pytest.mark.terraform
def test_terraform_reads_what_was_written(tmp_path: Path) -> None:
    found = program.find()
    stack = synthesized().parsed
    outputs = {
        name: {"value": each["value"].replace("${base64gzip(", "${trimspace(")}
        for name, each in stack["output"].items()
    }
    content = {"variable": stack["variable"], "output": outputs}
    (tmp_path / "main.tf.json").write_text(json.dumps(content), encoding="utf-8")
    applied = found.run("apply", "-auto-approve", "-no-color", folder=tmp_path)
    assert applied.returncode == 0, applied.stderr
    answer = json.loads(found.run("output", "-json", folder=tmp_path).stdout)
    assert answer["plain"]["value"] == STRANGE
    assert answer["mixed"]["value"] == f"{STRANGE}here{STRANGE}"
