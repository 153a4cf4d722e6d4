"""Draws the platform from the synthesized JSON of an environment."""

from automation.diagram.drawing import draw

__all__ = ["draw"]
