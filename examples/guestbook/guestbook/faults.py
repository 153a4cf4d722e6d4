"""Which of the database's faults pass."""

from asyncmy.errors import InterfaceError, InternalError, MySQLError

from guestbook.credentials import CredentialsError

ACCESS_DENIED = 1045
# https://dev.mysql.com/doc/mysql-errors/8.4/en/server-error-reference.html
# https://dev.mysql.com/doc/mysql-errors/8.4/en/client-error-reference.html
_PASSING = {
    1040: "too many connections",
    1053: "the server shuts down",
    1205: "lock wait timeout",
    1213: "deadlock",
    1290: "read-only, as a former primary is after a failover",
    1317: "query interrupted",
    1615: "a prepared statement is out of date",
    1836: "read-only mode",
    1927: "connection killed",
    2003: "cannot connect",
    2006: "the server has gone away",
    2013: "connection lost",
    4031: "disconnected for being idle",
}


class RefusedError(Exception):
    """The database does not let a login in; that may pass when its rotation ends."""


def passes(error: Exception) -> bool:
    """Whether it is worth trying again, on another connection."""
    if isinstance(error, (InterfaceError, InternalError)):
        # What the driver says of a connection that ended in the middle of something.
        return True
    if isinstance(error, MySQLError):
        return error.args[0] in _PASSING
    return isinstance(error, (OSError, RefusedError, CredentialsError))
