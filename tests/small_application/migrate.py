"""Says that it ran, and fails when it is told to."""

import os
import sys

print("migrating", os.environ["DB_NAME"])
sys.exit(os.environ.get("MIGRATION_FAILS", "0") != "0")
