"""Log records that can't break what they tell of: a page is not to fail with its log."""

from __future__ import annotations

import sys
import traceback
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import logging

    from perfkit.auditor.findings import Finding


def tell(
    logger: logging.Logger,
    level: int,
    message: str,
    *args: object,
    error: BaseException | None = None,
    finding: Finding | None = None,
) -> None:
    """Log a message, with the traceback of ``error`` and with ``finding`` in ``extra``.

    Where a handler raises, the message goes to the standard error output with what it raised.
    """
    extra = None if finding is None else {"finding": finding}
    try:
        logger.log(level, message, *args, exc_info=error, extra=extra, stacklevel=2)
    except Exception as broken:
        # As logging does it where a handler leaves its own errors to it.
        if sys.stderr is None:
            return
        sys.stderr.write(f"{message % args if args else message}\n")
        if error is not None:
            traceback.print_exception(error)
        sys.stderr.write(f"A handler of the logger {logger.name} failed:\n")
        traceback.print_exception(broken)
