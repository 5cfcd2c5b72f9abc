"""Signed notices to other programs that something was recorded; no personal data goes out."""
