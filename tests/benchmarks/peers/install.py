"""Gives each peer an environment of its own: `python -m tests.benchmarks.peers.install [NAME …]`.

They are kept in `build/peers`; a peer that is there as asked for is left alone. Where packages come from is pip's own setting.
"""

import subprocess
import sys
import venv
from pathlib import Path

from tests.benchmarks.peers.listing import ENVIRONMENTS, PEERS, Peer

_CONSTRAINTS = Path(__file__).parents[3] / "constraints.txt"


def install(peer: Peer) -> bool:
    """Make the environment of a peer and fill it; whether that went well. What went wrong is what pip printed."""
    if peer.is_installed:
        return True
    print(f"{peer.name}: installing, which takes some minutes", file=sys.stderr)
    venv.create(peer.environment, with_pip=True, clear=True)
    pip = [str(peer.python), "-m", "pip", "install", "-qq", "--disable-pip-version-check"]
    unpack = [str(peer.python), "-c", f"from all_minilm_l6_v2 import extract_model; extract_model({str(peer.model.parent)!r})"]
    done = all(subprocess.run(command, check=False).returncode == 0 for command in ([*pip, *peer.requirements, _torch()], unpack))
    if done:
        peer.stamp.write_text(peer.stamped, "utf-8")
    return done


def _torch() -> str:
    """The torch that the project itself is tested with: without a version, pip may take one with gigabytes for a GPU."""
    return next(line for line in _CONSTRAINTS.read_text("utf-8").splitlines() if line.startswith("torch=="))


def main() -> None:
    """Install those named, or all; fails when one cannot be."""
    names = sys.argv[1:] or [peer.name for peer in PEERS]
    unknown = sorted(set(names) - {peer.name for peer in PEERS})
    if unknown:
        sys.exit(f"There is no peer {unknown[0]!r}; there are {', '.join(peer.name for peer in PEERS)}.")
    ENVIRONMENTS.mkdir(parents=True, exist_ok=True)
    failed = [peer.name for peer in PEERS if peer.name in names and not install(peer)]
    if failed:
        sys.exit(f"Not installed: {', '.join(failed)}. The benchmarks skip them by name.")


if __name__ == "__main__":
    main()
