"""The version of the program that is installed."""


def program_version() -> str:
    """The installed version, or "source" where nothing is installed."""
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("kanttekening")
    except PackageNotFoundError:
        return "source"
