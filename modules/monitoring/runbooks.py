"""Where it is written what to do when an alarm goes off."""

from collections.abc import Collection
from dataclasses import dataclass


@dataclass(frozen=True)
class Runbooks:
    """Pages in Markdown below one place: a folder of the repository, or an address."""

    place: str

    def described(self, description: str, name: str) -> str:
        """What an alarm says of itself, and where to read on; AWS takes 1,024 characters.

        https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html
        """
        return f"{description} Runbook: {self._page(name)}"

    def listed(self, names: Collection[str]) -> str:
        """Pages as a list in Markdown; what is at an address can be clicked."""
        return "\n".join(f"- {self._link(name)}" for name in sorted(names))

    def _page(self, name: str) -> str:
        return f"{self.place}/{name}.md"

    def _link(self, name: str) -> str:
        page = self._page(name)
        return f"[{name}]({page})" if "://" in page else page
