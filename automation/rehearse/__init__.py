"""Deploys an environment for real, to an AWS that is emulated on this machine."""
