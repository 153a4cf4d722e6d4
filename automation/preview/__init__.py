"""What a pull request would do, shown by applying its base to an emulated AWS."""
