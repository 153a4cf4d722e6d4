"""An AWS account on this machine, against which Terraform rehearses."""

from automation.emulator.process import Emulator
from automation.emulator.state_bucket import create_state_bucket

__all__ = ["Emulator", "create_state_bucket"]
