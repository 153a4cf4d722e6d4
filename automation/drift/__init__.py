"""`drift`: finds changes in the account that Terraform did not make."""
