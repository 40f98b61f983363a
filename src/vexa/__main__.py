"""`python -m vexa <program>`: the single way any process starts."""

from __future__ import annotations

import sys

from vexa.programs import PROGRAMS, run_program


def main() -> None:
    """Run the program that is named; what a person types goes to `vexa.cli`.

    A program does not load the command line's own modules: they are 15 MiB (November 2026).
    """
    arguments = sys.argv[1:]
    is_program = len(arguments) == 1 and arguments[0] in PROGRAMS.names
    if is_program and not (arguments[0] == "bot" and sys.stdin.isatty()):
        run_program(arguments[0])
        return
    from vexa.cli import main as command_line

    command_line()


if __name__ == "__main__":
    main()
