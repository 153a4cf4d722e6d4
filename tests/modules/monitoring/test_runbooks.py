from modules.monitoring.runbooks import Runbooks


def test_pages_of_a_repository_are_named() -> None:
    pages = Runbooks("docs/runbooks")
    assert pages.described("Too many.", "busy") == "Too many. Runbook: docs/runbooks/busy.md"
    assert pages.listed({"slow", "busy"}) == "- docs/runbooks/busy.md\n- docs/runbooks/slow.md"


def test_pages_at_an_address_can_be_clicked() -> None:
    pages = Runbooks("https://wiki.example.com/runbooks")
    assert pages.described("Too many.", "busy").endswith(
        " Runbook: https://wiki.example.com/runbooks/busy.md"
    )
    assert pages.listed(["busy"]) == "- [busy](https://wiki.example.com/runbooks/busy.md)"
