"""`app`: the application on this machine, in the environment that the platform gives it."""
