"""`app`: runs the application on this machine, in the environment that instances have."""
