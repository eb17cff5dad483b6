"""`python -m ingest PATH…`: the same as `kanttekening ingest PATH…`."""

import runpy
import sys

if __name__ == "__main__":
    sys.argv.insert(1, "ingest")
    runpy.run_module("bot", run_name="__main__")
