"""Run the command line as `python -m processing`."""

from processing.cli import main

if __name__ == "__main__":
    main()
