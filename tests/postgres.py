"""A PostgreSQL server of the tests' own, from the packages of Debian; what needs it is skipped by name where there is none."""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from itertools import count
from pathlib import Path

import pytest
from sqlalchemy import URL, create_engine, text

_PLACES = ("/usr/lib/postgresql/*/bin", "/usr/local/bin", "/usr/bin")
_OTHERS = ("postgres", "nobody")
"""Accounts that it can run as where the tests run as root, which it refuses to run as."""
_OPTIONS = {
    "listen_addresses": "127.0.0.1",
    "fsync": "off",  # a kill of the server loses nothing by it, only a power cut
    "max_connections": "200",
    "shared_buffers": "32MB",
    "logging_collector": "off",
}


class Server:
    """A server that runs on a folder, until it is stopped; it can be killed and started again."""

    def __init__(self, programs: Path, folder: Path) -> None:
        self._programs, self._data, self.port = programs, folder / "data", _free_port()
        self._account = None if os.geteuid() else next(each for each in _OTHERS if _is_account(each))
        if self._account:
            shutil.chown(folder, self._account)
        self._names = count(1)
        self._run("initdb", "-D", str(self._data), "-U", "kanttekening", "-A", "trust", "-E", "UTF8", "--no-sync", "--locale=C")
        lines = [
            f"{name} = '{value}'" for name, value in {**_OPTIONS, "port": self.port, "unix_socket_directories": folder}.items()
        ]
        with (self._data / "postgresql.conf").open("a", encoding="utf-8") as file:
            file.write("\n".join(lines) + "\n")
        self.start()

    def start(self) -> None:
        """Start it, and wait until it takes connections."""
        self._run("pg_ctl", "-D", str(self._data), "-w", "-t", "60", "-l", str(self._data / "log"), "start")

    def restart(self) -> None:
        """Start it anew; who is in the middle of something is cut off."""
        self._run("pg_ctl", "-D", str(self._data), "-w", "-t", "60", "-l", str(self._data / "log"), "-m", "fast", "restart")

    def kill(self) -> None:
        """End it as a crash does: it gets no chance to write anything, and `start` makes it recover."""
        self._run("pg_ctl", "-D", str(self._data), "-w", "-m", "immediate", "stop")

    def stop(self) -> None:
        """End it."""
        self._run("pg_ctl", "-D", str(self._data), "-w", "-m", "immediate", "stop", check=False)

    def url(self) -> URL:
        """Its address."""
        return URL.create("postgresql+psycopg", "kanttekening", host="127.0.0.1", port=self.port, database="postgres")

    def new_database(self) -> URL:
        """The address of a place with nothing in it: a schema, which is there sooner than a database."""
        name = f"test{next(self._names)}"
        engine = create_engine(self.url())
        with engine.begin() as connection:
            connection.execute(text(f"CREATE SCHEMA {name}"))
        engine.dispose()
        return self.url().update_query_dict({"options": f"-csearch_path={name}"})

    def _run(self, program: str, *arguments: str, check: bool = True) -> None:
        done = subprocess.run(
            [self._programs / program, *arguments],
            user=self._account,
            extra_groups=[] if self._account else None,
            env={"LC_ALL": "C", "PATH": os.environ["PATH"]},
            cwd=self._data.parent,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE if program == "initdb" else subprocess.DEVNULL,  # a server would keep it open
            text=True,
            check=False,
        )
        assert not (check and done.returncode), f"{program} failed: {done.stderr or self._log()}"

    def _log(self) -> str:
        path = self._data / "log"
        return path.read_text("utf-8") if path.exists() else ""


@contextmanager
def running_server() -> Iterator[Server]:
    """A server for as long as the block runs; skips where the programs are not there."""
    programs = _programs()
    if programs is None:
        pytest.skip("needs PostgreSQL: apt-get install postgresql")
    folder = Path(tempfile.mkdtemp(prefix="kanttekening-postgres-"))
    folder.chmod(0o755)
    try:
        server = Server(programs, folder)
        try:
            yield server
        finally:
            server.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@cache
def _programs() -> Path | None:
    """Where the programs are; None where they, or an account to run them, are not."""
    if not os.geteuid() and not any(map(_is_account, _OTHERS)):
        return None
    folders = (folder for place in _PLACES for folder in sorted(Path("/").glob(place.lstrip("/")), reverse=True))
    return next((each for each in folders if all((each / name).exists() for name in ("initdb", "pg_ctl", "postgres"))), None)


def _is_account(name: str) -> bool:
    try:
        pwd.getpwnam(name)
    except KeyError:
        return False
    return True


def _free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        port: int = listening.getsockname()[1]
        return port
