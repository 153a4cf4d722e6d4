"""The bucket that holds Terraform's states, made by CloudFormation before there is any state."""
