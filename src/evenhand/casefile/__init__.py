"""One history, written by hand in YAML: read, judged by every rule, and shown with the reasons."""
