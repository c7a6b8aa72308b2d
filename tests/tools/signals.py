# SPDX-License-Identifier: BSD-2-Clause
"""Signals, for tests that end programs by them."""

import signal

ENDINGS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def have_default_signals():
    """In a child: what nohup or a shell's & has had ignored would stay so, and the program is right not to end."""
    for number in ENDINGS:
        signal.signal(number, signal.SIG_DFL)
