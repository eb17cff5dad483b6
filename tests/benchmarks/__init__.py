"""How fast, how large: `make bench` prints it. Nothing here is asserted; a figure is a figure of one machine."""
