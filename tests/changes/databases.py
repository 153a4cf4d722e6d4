"""The database: what it runs on, its password, its replicas, and what protects it."""

from tests.changes.change import Change, End

_OWN_PASSWORD = "database.managed_password = false"
_TWO_REPLICAS = f"{_OWN_PASSWORD}\ndatabase.read_replicas = 2"
# Providers below 6.26 read the password that they wrote, as who plans pull requests may not: with
# one's own the deploy role plans.
_KEPT, _NOT_KEPT = "database.final_snapshot = true", "database.final_snapshot = false"
_PROTECTED = f"deletion_protection = true\n{_KEPT}\ndatabase.backup_days = 7"
_UNPROTECTED = f"deletion_protection = false\n{_KEPT}\ndatabase.backup_days = 7"
DISPOSABLE = f"deletion_protection = false\n{_NOT_KEPT}\ndatabase.backup_days = 7"

DATABASE = (
    Change(name="another database class", after='database.instance_class = "db.m7g.xlarge"'),
    Change(
        name="more storage",
        after="database.allocated_storage_gib = 200\ndatabase.max_allocated_storage_gib = 800",
        gate=False,
    ),
    Change(name="a pinned minor version", after='database.engine_version = "8.4.7"', gate=False),
    Change(name="a parameter of the database", after="database.slow_query_seconds = 2.5"),
    Change(
        name="another family",
        after='database.engine_version = "9.0"',
        end=End.REFUSED,
        says="8.4, or one of its minor versions",
    ),
    Change(
        name="a password of one's own",
        after=_OWN_PASSWORD,
        end=End.APPROVED,
        says="choose a quiet hour",
        planned_by="deploy",
    ),
    Change(
        name="two read replicas",
        before=_OWN_PASSWORD,
        after=_TWO_REPLICAS,
        planned_by="deploy",
        gate=False,
    ),
    Change(
        name="one read replica less",
        before=_TWO_REPLICAS,
        after=f"{_OWN_PASSWORD}\ndatabase.read_replicas = 1",
        end=End.APPROVED,
        says="its data is lost",
        loses=("log group",),
        planned_by="deploy",
        gate=False,
    ),
    Change(
        name="a password that RDS manages",
        before=_OWN_PASSWORD,
        end=End.APPROVED,
        says="the secret is lost",
        loses=("secret",),
        gate=False,
    ),
    Change(
        name="blue/green updates with a password that RDS manages",
        after="database.blue_green_updates = true",
        end=End.REFUSED,
        says="database.blue_green_updates",
    ),
    Change(
        name="blue/green updates without backups",
        after=f"{_OWN_PASSWORD}\ndatabase.blue_green_updates = true\ndatabase.backup_days = 0",
        end=End.REFUSED,
        says="database.b",
    ),
    Change(
        name="blue/green updates",
        before=_OWN_PASSWORD,
        after=f"{_OWN_PASSWORD}\ndatabase.blue_green_updates = true",
        planned_by="deploy",
        gate=False,
    ),
    Change(
        name="a pinned minor version with read replicas",
        after=f'{_TWO_REPLICAS}\ndatabase.engine_version = "8.4.7"',
        end=End.REFUSED,
        says="the replicas first",
    ),
    Change(
        name="an audit log less",
        after="database.audit_log = false",
        end=End.APPROVED,
        says="a log of the database is no longer kept",
        loses=("log group",),
        gate=False,
    ),
    Change(
        name="tokens of IAM for the database",
        after="database.iam_authentication = true",
        gate=False,
    ),
    Change(name="protection", before=DISPOSABLE, after=_PROTECTED, gate=False),
    Change(
        name="no protection, and a last snapshot that stays",
        before=_PROTECTED,
        after=_UNPROTECTED,
        end=End.APPROVED,
        says="deletion protection is switched off",
        gate=False,
    ),
)
