"""`review`: changes of plans by their risk, for reviewers and for CI."""
