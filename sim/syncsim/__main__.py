"""Lets `python -m syncsim` be the command line."""

from syncsim.cli import main

if __name__ == "__main__":
    main()
