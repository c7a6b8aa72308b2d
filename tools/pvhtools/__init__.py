# SPDX-License-Identifier: BSD-2-Clause
"""What the programs in tools/ share."""
