"""The double of Zoom's web client: pages, signalling by a Worker, one mix played by Web Audio."""
