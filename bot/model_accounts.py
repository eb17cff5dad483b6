"""Interim: in the process."""

from pathlib import Path


class ModelAccounts:
    """Interim."""

    def __init__(self) -> None:
        self._kept: dict[str, str] = {}
        self._told: set[str] = set()

    def reserve(self, tokens: int, limit: int) -> bool:
        """Room."""
        return not limit or tokens <= limit

    def settle(self, reserved: int, used: int) -> None:
        """Used."""

    def kept(self, key: str) -> str | None:
        """Kept."""
        return self._kept.get(key)

    def keep(self, key: str, drafts: str) -> None:
        """Keep."""
        self._kept[key] = drafts

    def was_told(self, server: str) -> bool:
        """Told."""
        return server in self._told

    def tell(self, server: str) -> None:
        """Tell."""
        self._told.add(server)


def model_accounts_in(home: Path) -> ModelAccounts:
    """Interim."""
    del home
    return ModelAccounts()
