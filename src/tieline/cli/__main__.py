"""Runs the command line as `python -m tieline.cli`."""

from tieline.cli.main import run

if __name__ == "__main__":
    run()
