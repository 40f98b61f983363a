"""What `make scorecard` runs: simulated meetings whose true outcome is known, told against it."""
