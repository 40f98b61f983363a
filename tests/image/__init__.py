"""The all-in-one image, built and run for real, by podman in place of a Docker engine."""
