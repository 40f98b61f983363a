"""What crosses a process boundary. Pure data; imports nothing else of this project."""
