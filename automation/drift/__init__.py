"""`drift`: what was changed in the account, and not by Terraform."""
