"""Whether a principal may make a call, as IAM decides it by the account's own policies."""
