"""Whatever a value is, Terraform reads the same from its export as from its JSON."""

import base64
import json
import re
import unicodedata
from pathlib import Path
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from automation.export import templates, values
from automation.terraform import program
from tests.processes import run

pytestmark = pytest.mark.terraform

# What means something to Terraform or to JSON, lines, and letters that nobody thinks of.
_LETTERS = "ab ${}%\"'\\/~#<&\n\n\t\r\x00\x1b\x85\u2028\u00a0é漢🙂\ufeff\ue000EOT"
TEXTS = st.text(st.sampled_from(_LETTERS) | st.characters(), max_size=30)
# Terraform has JSON say half a letter in its own way.
HALF = st.sampled_from(["\ud83d", "a\udc00"])
CODES = st.sampled_from(
    [
        "${local.name}",
        "${ local.name }",
        "${~ local.name ~}",
        "${local.list[0]}",
        '${"a\\n\\"b\\" $${x} ${local.name}\\u00e9\\n"}',
        '${join("", ["a\\nb$", local.name, "{\\n", "c\\n"])}',
        '${join("", [for each in local.list : "${each}\\n}"])}',
        '${join("", ["x\\n%", "%{ if true }y\\n%{ endif }\\n", "z\\\\\\n"])}',
        "${true\n ? 1\n : 2}",
        "%{ if local.yes }yes%{ else }no%{ endif }",
        "%{~ for each in local.list ~} ${each} %{ endfor }",
    ]
)
_LOCALS = {"word": "w", "name": 'n "1"\n', "list": ["l", "m"], "yes": True}


def as_json(text: str) -> str:
    """A text as a template in JSON that stands for it."""
    return text.replace("${", "$${").replace("%{", "%%{")


@st.composite
def templated(draw: st.DrawFn) -> str:
    """A template as JSON may have it."""
    # A sign before code would make an escape of it, and after a carriage return by itself Terraform
    # takes code for text.
    text = TEXTS.map(lambda each: as_json(re.sub(r"\r(?!\n)|[$%\r]+$", "", each)))
    parts = draw(st.lists(st.tuples(text, CODES | st.just("")), max_size=4))
    return "".join(part for pair in parts for part in pair)


def nested(leaves: st.SearchStrategy[Any], keys: st.SearchStrategy[str]) -> st.SearchStrategy[Any]:
    others = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, width=32)
    return st.recursive(
        leaves | others.filter(lambda each: each not in (float("inf"), float("-inf"))),
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(keys, inner, max_size=4),
        max_leaves=10,
    )


# Each batch is one Terraform, which tells what differs: there is nothing to shrink.
BATCHES = settings(max_examples=15, phases=(Phase.generate,))
KEYS = TEXTS | st.sampled_from(["for", "null", "true", "//", "a-b", "1a", "eq½", "_x"])


def differing(folder: Path, content: Any, native: list[str], read: str = "jsonencode") -> list[Any]:
    """What Terraform does not `read` the same from both, with its number."""
    root = {"locals": {**_LOCALS, "json": content}}
    (folder / "a.tf.json").write_text(json.dumps(root), encoding="utf-8")
    text = "locals {\nnative = [\n" + "".join(f"{each},\n" for each in native) + "]\n}\n"
    (folder / "b.tf").write_text(text, encoding="utf-8")
    terraform = program.find()
    # What a user has in the files is what `fmt` makes of them.
    formatted = terraform.run("fmt", "b.tf", folder=folder)
    assert formatted.returncode == 0, formatted.stderr + text
    query = (
        "base64encode(jsonencode([for at, each in local.json : [at, each, local.native[at]]"
        f" if {read}(each) != {read}(local.native[at])]))"
    )
    return list(answered(folder, query))


def answered(folder: Path, query: str) -> Any:
    (folder / "query").write_text(query, encoding="utf-8")
    finished = run("sh", "-c", f"{program.find().program} console < query", folder=folder)
    assert finished.returncode == 0, finished.stderr
    # Whatever it prints else, it escapes in its own way.
    assert finished.stdout.isascii(), finished.stderr + finished.stdout
    return json.loads(base64.b64decode(finished.stdout.strip().strip('"')))


@BATCHES
@given(
    st.lists(
        nested(templated() | CODES | TEXTS.map(as_json) | HALF, KEYS.map(as_json)),
        min_size=20,
        max_size=40,
    )
)
def test_a_value_is_the_same(tmp_path_factory: pytest.TempPathFactory, content: list[Any]) -> None:
    folder = tmp_path_factory.mktemp("values")
    native = [values.expression(each) for each in content]
    assert differing(folder, content, native) == []


@st.composite
def documents(draw: st.DrawFn) -> str:
    """A JSON document, as it is or indented, in which references stand within texts."""
    # Terraform's own jsondecode fails where a key is not in the form that it gives to all texts.
    keys = TEXTS.map(lambda each: unicodedata.normalize("NFC", each))
    words = st.tuples(TEXTS, st.sampled_from(["", "<ref>"]), TEXTS)
    value = draw(
        nested(words.map("".join), keys).filter(lambda each: isinstance(each, dict | list))
    )
    text = as_json(
        json.dumps(value, indent=draw(st.none() | st.just(2)), ensure_ascii=draw(st.booleans()))
    )
    # A sign before the reference would make an escape of it.
    return re.sub(r"[$%]+<ref>", "<ref>", text).replace("<ref>", "${local.word}")


@BATCHES
@given(st.lists(documents(), min_size=20, max_size=40))
def test_a_document_says_the_same(
    tmp_path_factory: pytest.TempPathFactory, content: list[str]
) -> None:
    folder = tmp_path_factory.mktemp("documents")
    native = [values.document(each) or values.expression(each) for each in content]
    # Letters that stand for references meanwhile must not be there.
    usual = [at for at, each in enumerate(content) if not re.search("[\ue000\ue001]", each)]
    assert all(native[at].startswith("jsonencode(") for at in usual)
    assert differing(folder, content, native, read="jsondecode") == []


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{DistributionId}/{yyyy}",
        "a word",
        '"a word"',
        '{"a": 1, "a": 2}',
        '{"a": NaN}',
        '{"a": ${local.list}}',
        '{"a": "%{ if true }b%{ endif }"}',
        '{"a": "\ue0000\ue001"}',
    ],
)
def test_what_is_no_document_by_itself_is_a_text(text: str) -> None:
    assert values.document(text) is None


def test_what_nobody_evaluates_stays_as_it_is(tmp_path: Path) -> None:
    texts = ["${a}", "$${a}", "%{ if }", "$", "$$${", 'a\n"b"\n${c}\n', ""]
    native = [values.expression(each, templates.literal) for each in texts]
    assert differing(tmp_path, [as_json(each) for each in texts], native) == []


def test_a_sign_before_code_escapes_nothing() -> None:
    joined = templates.read('${join("", ["a\\nb$", local.word, "\\nc\\n"])}')
    assert templates.write(joined) == '<<EOT\na\nb${"$"}${local.word}\nc\nEOT\n'
