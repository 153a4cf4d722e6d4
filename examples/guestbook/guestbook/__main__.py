"""`python -m guestbook`: serve the guest book."""

import logging
import os
import sys

from guestbook import logs
from guestbook.environment import ContractError, read
from guestbook.workers import Workers

log = logging.getLogger("guestbook")


def main() -> int:
    """Exit code 0, 1 when it cannot run, 2 when the environment cannot be used."""
    logs.configure()
    try:
        workers = Workers(read(os.environ))
    except ContractError as fault:
        log.critical("%s", fault)
        return 2
    except OSError as fault:
        log.critical("PORT: cannot listen: %s", fault)
        return 1
    return workers.run()


if __name__ == "__main__":
    sys.exit(main())
