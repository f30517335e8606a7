"""Counting instructions with valgrind: the same figure on a busy machine and on a quiet one.

A process under callgrind starts without being counted, and asks for it from inside, so that what
Python and Django do at start-up costs little.
"""

import ctypes
import mmap
import os
import platform
import re
import shutil
import subprocess
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from statistics import median

#: callgrind's client requests, from its header.
DUMP, ZERO, START, STOP = (0x43540000 + number for number in (0, 1, 4, 5))
# The instructions that valgrind knows a request by; without valgrind they do nothing.
_REQUEST = bytes.fromhex("4889f8 31d2 48c1c703 48c1c70d 48c1c73d 48c1c733 4887db 4889d0 c3")


def available() -> bool:
    """Say whether instructions can be counted here."""
    return shutil.which("valgrind") is not None and platform.machine() == "x86_64"


class Counter:
    """Counts the instructions of blocks, in a process that runs under callgrind."""

    def __init__(self) -> None:
        self._code = mmap.mmap(
            -1, len(_REQUEST), prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC
        )
        self._code.write(_REQUEST)
        address = ctypes.addressof(ctypes.c_char.from_buffer(self._code))
        self._call = ctypes.CFUNCTYPE(ctypes.c_uint64, ctypes.c_void_p)(address)

    def _ask(self, request: int) -> None:
        arguments = (ctypes.c_uint64 * 6)(request)
        self._call(ctypes.addressof(arguments))

    def __enter__(self) -> None:
        self._ask(START)
        self._ask(ZERO)

    def __exit__(self, *exc_info: object) -> None:
        self._ask(DUMP)
        self._ask(STOP)


#: How often a command is run: hashing differs between runs, and with it the order in memory.
RUNS = 6


def count(command: list[str]) -> list[int]:
    """Run a command that counts blocks with a Counter; return the median instructions of each."""
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        runs = pool.map(lambda seed: _count_once(command, seed), range(RUNS))
        return [int(median(counts)) for counts in zip(*runs, strict=True)]


def _count_once(command: list[str], seed: int) -> list[int]:
    with tempfile.TemporaryDirectory() as directory:
        out = Path(directory) / "out"
        valgrind = ["valgrind", "--tool=callgrind", "--instr-atstart=no", "--quiet"]
        subprocess.run(
            [*valgrind, f"--callgrind-out-file={out}", *command],
            check=True,
            env={**os.environ, "PYTHONHASHSEED": str(seed)},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        dumps = sorted(Path(directory).glob("out.*"), key=lambda file: int(file.suffix[1:]))
        totals = [
            re.search(r"^(?:summary|totals): (\d+)", file.read_text(), re.M) for file in dumps
        ]
        return [int(found[1]) for found in totals if found and int(found[1])]
