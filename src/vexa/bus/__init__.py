"""Live data between processes: streams for what must not be lost, pub/sub for what may.

The only package that imports redis. Foreign errors end here: a caller sees `BusUnavailable`.
"""
