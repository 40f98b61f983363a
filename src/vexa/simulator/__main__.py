"""`python -m vexa.simulator`."""

from vexa.simulator.main import run

if __name__ == "__main__":
    run()
