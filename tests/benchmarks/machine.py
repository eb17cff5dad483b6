"""The machine that figures are of, and how busy it was: a figure says nothing without them."""

import os
import platform
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

_PARTS = ("chromadb", "langchain-core", "onnxruntime", "numpy", "torch", "sentence-transformers", "python-telegram-bot")


def machine() -> dict[str, str]:
    """What it is made of and what runs on it, by name."""
    return {
        "processor": next(_after("/proc/cpuinfo", "model name"), platform.processor() or "not known"),
        "cores": str(os.cpu_count()),
        "memory": f"{int(next(_after('/proc/meminfo', 'MemTotal'), '0 kB').split()[0]) / 1024**2:.0f} GiB",
        "system": f"{platform.system()} {platform.release()}",
        "Python": platform.python_version(),
        "packages": ", ".join(f"{name} {version(name)}" for name in _PARTS),
    }


def busy() -> str:
    """How many processes wanted a processor in the last minute, ours included."""
    return f"{os.getloadavg()[0]:.1f}"


def _after(path: str, name: str) -> Iterator[str]:
    file = Path(path)
    for line in file.read_text("utf-8").splitlines() if file.is_file() else ():
        key, _, value = line.partition(":")
        if key.strip() == name:
            yield value.strip()
