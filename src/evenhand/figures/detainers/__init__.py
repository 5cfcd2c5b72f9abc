"""Detainers by fiscal year, facility and lift reason, under disclosure control."""
