"""A guest book: the web application that runs on the platform from the first day."""
