"""`review`: what plans would do, by risk, for people who decide about it and for CI."""
