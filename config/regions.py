"""The regions of the commercial partition, and the availability zones that every account has."""

_THREE = (
    *("af-south-1", "ap-east-1", "ap-east-2", "ap-northeast-3", "ap-south-1", "ap-south-2"),
    *("ap-southeast-1", "ap-southeast-2", "ap-southeast-3", "ap-southeast-4", "ap-southeast-5"),
    *("ap-southeast-6", "ap-southeast-7", "ca-west-1", "eu-central-1", "eu-central-2"),
    *("eu-north-1", "eu-south-1", "eu-south-2", "eu-west-1", "eu-west-2", "eu-west-3"),
    *("il-central-1", "me-central-1", "me-south-1", "mx-central-1", "sa-east-1", "us-east-2"),
)
# Letters go missing where a zone is full: new accounts do not get it.
# https://docs.aws.amazon.com/global-infrastructure/latest/regions/aws-availability-zones.html
_LETTERS = {
    **dict.fromkeys(_THREE, "abc"),
    "ap-northeast-1": "acd",
    "ap-northeast-2": "abcd",
    "ca-central-1": "abd",
    "us-east-1": "abcdef",
    "us-west-1": "ab",
    "us-west-2": "abcd",
}


def region(name: str) -> str:
    """A region's name; raises `ValueError` when there is no such region."""
    if not is_region(name):
        raise ValueError("the commercial partition has no such region")
    return name


def is_region(name: str) -> bool:
    """Whether the commercial partition has the region."""
    return name in _LETTERS


def zones(name: str) -> tuple[str, ...]:
    """The region's availability zones by name."""
    return tuple(name + letter for letter in _LETTERS[name])
