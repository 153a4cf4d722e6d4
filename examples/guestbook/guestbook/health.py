"""Whether this process wants requests."""

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from guestbook.database import Database, UnavailableError

# A load balancer does not wait long for the answer, and asks again soon.
_SECONDS = 1.5


class Health:
    """Ready while the database answers, until the process is about to end."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.ending = False

    async def ready(self, _: Request) -> Response:
        """`GET /readyz`: 200, or 503 with the reason."""
        if self.ending:
            return PlainTextResponse("ending\n", 503)
        try:
            await self._database.run("SELECT 1", seconds=_SECONDS)
        except UnavailableError:
            # The log has the reason; it names hosts, which are nobody's business.
            return PlainTextResponse("the database does not answer\n", 503)
        return PlainTextResponse("ready\n")
