"""What a bot costs: real bots in simulated Google Meet meetings."""
