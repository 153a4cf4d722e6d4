"""Another evaluator of IAM's policies, to compare decisions with; fetched for that alone."""
