"""The mapping language: how a jail's columns become events."""
