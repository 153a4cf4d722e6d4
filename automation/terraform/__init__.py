"""The commands as they are typed: what each one does is imported as it runs."""
