"""The signals that perfkit sends."""

from __future__ import annotations

from django.dispatch import Signal

#: Sent once per finding when its audit scope closes (at once in the mode ``raise``), with
#: ``sender`` the class of the row and ``finding`` the :class:`~perfkit.Finding`. An ignored finding
#: and one of the baseline is not sent. A receiver that fails is logged; what
#: it loads lazily itself is not sent to it.
lazy_load = Signal()
