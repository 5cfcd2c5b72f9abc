"""What a refused act looks like, and how a second person may let one pass against a warning."""
