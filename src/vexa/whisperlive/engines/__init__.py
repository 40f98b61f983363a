"""What turns samples into words: one file per engine, named in `registry.py`."""
