"""What the tests' own environments are, so that the promises look at what they are meant to."""

from config import Naming
from config.naming import MAX_PREFIX_LENGTH
from tests.conftest import Tiers
from tests.promises import account, prefix


def test_the_reference_is_in_the_account_and_has_the_prefix_of_its_settings(
    prod: Tiers, naming: Naming
) -> None:
    assert prefix(prod) == naming.prefix == "prod-349081"
    assert account(prod) == naming.account_id == "123456789012"


def test_one_environment_has_the_longest_prefix(options: Tiers, naming: Naming) -> None:
    assert len(prefix(options)) == MAX_PREFIX_LENGTH > len(naming.prefix)
