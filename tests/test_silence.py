"""Nothing is told to anybody: no library leaves an account of the use of the program, to be sent to its makers."""

from pathlib import Path

from tests.command import run


def test_no_library_keeps_account_of_the_use(home: Path, tmp_path: Path) -> None:
    """An answer leaves nothing in the user's folders and in that for temporary files, where accounts wait to be sent."""
    folders = [tmp_path / name for name in ("user", "temporary", "cache")]
    for folder in folders:
        folder.mkdir()
    user, temporary, cache = folders
    done = run("ask", "Wat vindt BCG?", home=home, HOME=user, TMPDIR=temporary, XDG_CACHE_HOME=cache)
    assert done.returncode == 0, done.stderr
    assert [path for folder in folders for path in folder.rglob("*")] == []
