"""Keeping the desk running: health, logs without personal data, metrics, backups, checkpoints."""
