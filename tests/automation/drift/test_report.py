from rich.console import Console

from automation.drift import DriftResult, show
from automation.terraform.diff import Difference
from automation.terraform.drift import Drifted
from tests.automation.consoles import Consoles


def said(*resources: Drifted) -> list[str]:
    consoles = Consoles()
    show(DriftResult("dev", ("network",), drifted={"network": list(resources)}), consoles.console)
    return consoles.lines[:-1]


def test_what_no_plan_undoes_is_said_to_be() -> None:
    opened = Difference("ingress", [], [{"from_port": 22}])
    group = Drifted("aws_security_group.app", "aws_security_group", (opened,))
    assert said(group) == [
        "network: aws_security_group.app was changed outside Terraform",
        '    ingress: [] → [{"from_port": 22}] (no plan undoes this: do it by hand)',
    ]


def test_long_values_are_cut_and_markup_is_none() -> None:
    changed = Difference("policy", "[red]", "x" * 1000)
    _, line = said(Drifted("aws_sns_topic.one", "aws_sns_topic", (changed,)))
    assert line == f'    policy: "[red]" → "{"x" * 299}… (1002 characters)'


def test_a_terminal_shows_the_same_words() -> None:
    console = Console(force_terminal=True, width=80, record=True, file=Consoles().output)
    show(DriftResult("dev", ("network",)), console)
    assert console.export_text() == "dev: never applied: network\n"
