"""What holds for every platform holds for the user's, by their own names, account and region."""

from tests.test_platform import *  # noqa: F403
from tests.test_watched import (  # noqa: F401
    test_every_resource_with_metrics_has_an_alarm,
    test_every_type_that_ships_is_in_one_place,
    test_what_reasons_count_on_is_there,
)
