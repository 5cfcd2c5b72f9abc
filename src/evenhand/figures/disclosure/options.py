"""The command line's options for what a table may show."""

import click

threshold_option = click.option(
    "--threshold",
    type=click.IntRange(3, 1000),
    default=11,
    show_default=True,
    help="The least number of people that a cell may show (CMS: no cell of 1 to 10).",
)
rounding_option = click.option(
    "--round-to",
    "rounding",
    type=click.IntRange(1, 1000),
    default=1,
    show_default=True,
    help="Also round every number of people to a multiple of this.",
)
