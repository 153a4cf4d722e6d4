"""What holds for every platform holds for the user's, by their own names, account and region."""

from tests.test_platform import *  # noqa: F403
