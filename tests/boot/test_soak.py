# SPDX-License-Identifier: BSD-2-Clause
"""The menu under 10,000 keys: it answers all the time, nothing of it wears out, and the kernel is what was chosen."""

import random

import pytest

from test_menu import IDLE, Menu, at_menu, cmdline_of_kernel, numbered

ROUNDS = 40
BURSTS = 11         # of keys in the menu, in each round
BURST = 20          # keys: what firmware has room for while the menu draws. A byte that is lost makes B of Down, and reboots.
KEYS_IN_LINE = 30

# All but those that leave the menu: Enter, Right, Q, F, Delete, B, O; and R, which changes the size of the screen.
MENU_KEYS = ("up", "down", "j", "k", "home", "end", "pgup", "pgdn", *"123456789", "h", "?", "v", "+", "-", "t", "T", "d", "x",
             "~", "ctrl-l", "ctrl-a", "backspace", "\xe9", "\u6f22")
LINE_KEYS = ("up", "down", "left", "right", "home", "end", "backspace", "delete", "ctrl-left", "ctrl-right", "ctrl-w", "ctrl-u",
             "ctrl-k", "alt-b", "alt-f", "alt-d", *"abc =\"'", "\u6f22", "word")


@pytest.mark.slow
def test_ten_thousand_keys(boot):
    chance = random.Random(10000)
    with at_menu(boot, "menu-soak", numbered(50)) as session:
        menu = Menu(session)
        menu.shows(IDLE)
        for _ in range(ROUNDS):
            for _ in range(BURSTS):
                session.send(*chance.choices(MENU_KEYS, k=BURST))
                session.settle()
            session.send("home")
            menu.chosen("Entry 0")
            session.send("e", *chance.choices(LINE_KEYS, k=KEYS_IN_LINE))
            session.settle()
            session.send("esc")
            menu.shows(IDLE)
        session.send("end", "home", "ret")
        assert cmdline_of_kernel(session) == "option 0"
