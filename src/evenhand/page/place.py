"""Errors of a command about what it was given."""

import click


class InputError(click.ClickException):
    """Bad input: the command ends with status 2."""

    exit_code = 2
