"""From a public load balancer to a private one, and back."""

from tests.changes.change import Change, End, Fact

_PRIVATE = 'application.load_balancer = "private"'
_BOTH = "application.both_load_balancers = true"
_TAKEN_OVER = f"{_PRIVATE}\n{_BOTH}"

LOAD_BALANCER = (
    Change(
        name="a private load balancer at once",
        after=_PRIVATE,
        end=End.BLOCKED,
        says="application.both_load_balancers = true",
    ),
    Change(name="a private load balancer beside the public one", after=_BOTH),
    Change(
        name="the private load balancer takes over", before=_BOTH, after=_TAKEN_OVER, gate=False
    ),
    Change(
        name="the public load balancer goes",
        before=_TAKEN_OVER,
        after=_PRIVATE,
        end=End.APPROVED,
        says="only then take both_load_balancers away",
        gate=False,
    ),
    Change(
        name="the public load balancer takes over",
        before=_TAKEN_OVER,
        after=_BOTH,
        # Edge can be planned only when web has put out where the public one is: a second deployment
        # shows it.
        fails=Fact(name="unlisted: a VPC origin goes", seen=("which nobody was shown",)),
        gate=False,
    ),
    Change(
        name="the private load balancer goes",
        before=_BOTH,
        end=End.APPROVED,
        says="only then take both_load_balancers away",
        gate=False,
    ),
)
