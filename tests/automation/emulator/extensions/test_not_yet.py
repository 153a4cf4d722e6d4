from collections.abc import Mapping

import pytest

from automation.emulator.extensions.double import NOT_YET
from tests.synthesized import Synthesized


@pytest.mark.xfail(strict=True, reason=f"N2: {NOT_YET['N2']}")
def test_nat_gateways_wait_until_the_internet_gateway_is_attached(
    prod: Mapping[str, Synthesized],
) -> None:
    gateways = prod["network"].resources("aws_nat_gateway")
    assert gateways
    for gateway in gateways.values():
        waits_for = gateway.get("depends_on", ())
        assert any(each.startswith("aws_internet_gateway.") for each in waits_for)
