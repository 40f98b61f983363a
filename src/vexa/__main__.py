"""`python -m vexa <program>`: the single way any process starts."""

from vexa.cli import main

if __name__ == "__main__":
    main()
