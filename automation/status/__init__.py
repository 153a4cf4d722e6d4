"""`status`: what is deployed, and since when."""
