"""A small page for whoever hosts the simulated meeting."""
