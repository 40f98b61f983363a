"""Gives memory that was needed once back to the machine."""

from __future__ import annotations

import ctypes
import gc


def give_back_free_memory() -> None:
    """Return the allocator's free pages: glibc keeps them otherwise. Nothing on other libraries.

    After a speech model is loaded they are about 10 MiB (tiny.en, November 2026).
    """
    gc.collect()
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)
