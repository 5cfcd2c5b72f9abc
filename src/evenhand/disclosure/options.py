"""The command line's options for what a table may show."""

from pathlib import Path

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
previous_option = click.option(
    "--previous",
    multiple=True,
    type=click.Path(path_type=Path, exists=True),
    metavar="PUBLICATION",
    help="An earlier edition of these figures: no difference from it tells of a few people. May be repeated, "
    "oldest first.",
)
register_option = click.option(
    "--register",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="A list of all publications: warns of earlier editions, and adds this one.",
)
fail_option = click.option(
    "--fail-unprotected",
    "fail",
    is_flag=True,
    help="Write nothing (exit status 3) if an earlier edition is found that is not named with --previous.",
)
