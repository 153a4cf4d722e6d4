"""`status`: the deployed stacks and the running release."""
