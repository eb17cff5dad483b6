"""The options that several commands have, and the one that stands before all of them."""

from typing import Annotated

import typer

from vectorstore.version import VERSION

AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Say what would be done, and do nothing.")]


def _print_version(wanted: bool) -> None:  # noqa: FBT001  # typer hands over the value of the option
    if wanted:
        typer.echo(f"kanttekening {VERSION}")
        raise typer.Exit


def main_options(
    *,
    version: Annotated[bool, typer.Option("--version", is_eager=True, callback=_print_version, help="Print the version.")] = False,
) -> None:
    """Take the options before the command; each does its own work."""
