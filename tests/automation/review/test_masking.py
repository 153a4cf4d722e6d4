"""No output tells a secret."""

import json

from automation.review import html, markdown
from automation.review import text as review_text
from tests.automation.review.reviewing import entry, plan, reviewed, update

SECRETS = ("correct-horse", "battery-staple", "hunter2-hunter2")
CHANGES = (
    {
        **update("aws_ssm_parameter", {"value": SECRETS[0]}, value=SECRETS[1]),
    },
    entry(
        "aws_db_instance",
        ["create"],
        None,
        {"password": SECRETS[0], "nested": [{"token": SECRETS[1], "open": "shown"}]},
        after_sensitive={"password": True, "nested": [{"token": True}]},
    ),
    entry("aws_x", ["update"], {"text": "a"}, {"text": f"password={SECRETS[2]}"}),
    entry(
        "aws_y",
        ["delete"],
        {"policy": json.dumps({"key": SECRETS[0]})},
        None,
        before_sensitive={"policy": True},
    ),
)


def test_no_output_tells_a_secret() -> None:
    changes = json.loads(json.dumps(CHANGES))
    for side in ("before_sensitive", "after_sensitive"):
        changes[0]["change"][side] = {"value": True}
    found = reviewed(network=plan(*changes))
    texts = (markdown.render(found), html.render(found), json.dumps(review_text.to_json(found)))
    for text in texts:
        assert "(sensitive value)" in text
        assert "shown" in text
        assert "password=***" in text
        for secret in SECRETS:
            assert secret not in text


def test_a_secret_that_changes_is_a_change() -> None:
    change = update("aws_ssm_parameter", {"value": SECRETS[0]}, value=SECRETS[1])
    change["change"]["before_sensitive"] = change["change"]["after_sensitive"] = {"value": True}
    (found,) = reviewed(network=plan(change)).changes
    assert [(each.name, each.old, each.new) for each in found.attributes] == [
        ("value", "(sensitive value)", "(sensitive value)")
    ]
