"""An AWS account on this machine, against which Terraform rehearses."""

from automation.emulator.process import Emulator

__all__ = ["Emulator"]
