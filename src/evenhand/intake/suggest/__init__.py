"""Suggesting a mapping from a file's columns."""
