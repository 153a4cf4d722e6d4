"""Load balancers: one whose scheme is left open has none, where AWS makes it face the internet.

https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateLoadBalancer.html
"""

from typing import Any

from moto.elbv2.models import ELBv2Backend, FakeLoadBalancer


def install() -> None:
    """Give a load balancer AWS's default scheme."""
    create = ELBv2Backend.create_load_balancer

    def create_with_scheme(self: ELBv2Backend, *args: Any, **kwargs: Any) -> FakeLoadBalancer:
        kwargs["scheme"] = kwargs.get("scheme") or "internet-facing"
        return create(self, *args, **kwargs)

    ELBv2Backend.create_load_balancer = create_with_scheme  # type: ignore[method-assign]
