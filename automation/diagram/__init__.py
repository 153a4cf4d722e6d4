"""Draws the platform from the synthesized JSON of an environment."""

from automation.diagram.command import draw

__all__ = ["draw"]
