"""Frozen, typed settings of an environment, validated in full before anything is built."""

from config.environments import chosen, names
from config.faults import ConfigError, Fault
from config.loader import load, parse
from config.naming import Naming
from config.settings import Settings

__all__ = ["ConfigError", "Fault", "Naming", "Settings", "chosen", "load", "names", "parse"]
