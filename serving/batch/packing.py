"""How the files between the steps of a job are written and read.

A thread packs and unpacks what it works on. Left to Arrow's pool, a job of 256 buckets spent half of its
time on waking threads, each for a few kilobytes.
"""

from __future__ import annotations

import pyarrow as pa

__all__ = ["AS_IT_IS", "PACKED", "READ"]

AS_IT_IS = pa.ipc.IpcWriteOptions()
"""What is written is read back soon, mostly from the operating system's memory."""

PACKED = pa.ipc.IpcWriteOptions(compression="lz4", use_threads=False)
"""For more than that memory holds: to pack takes less time than to wait for the disk."""

READ = pa.ipc.IpcReadOptions(use_threads=False)
"""For files of both kinds."""
