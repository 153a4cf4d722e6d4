"""`destroy`: an environment's end."""
