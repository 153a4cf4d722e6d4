"""`python -m guestbook.migrations`: bring the tables up to date, once per deployment."""

import asyncio
import logging
import os
import sys

from guestbook import logs
from guestbook.credentials import Credentials, SecretsManager
from guestbook.database import Database, UnavailableError
from guestbook.environment import ContractError, read
from guestbook.migrations.steps import MigrationError, migrate

log = logging.getLogger("guestbook.migrations")


async def _run() -> None:
    environment = read(os.environ)
    secret = SecretsManager(secret_arn=environment.secret_arn, region=environment.region)
    database = Database(environment.database, Credentials(secret))
    try:
        await migrate(database, name=environment.database.name)
    finally:
        await database.close()


def main() -> int:
    """Exit code 0, 1 when a step failed, 2 when the environment cannot be used."""
    logs.configure()
    try:
        asyncio.run(_run())
    except ContractError as fault:
        log.critical("%s", fault)
        return 2
    except (UnavailableError, MigrationError) as fault:
        log.critical("%s", fault)
        return 1
    except Exception:
        log.critical("a migration failed", exc_info=True)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
