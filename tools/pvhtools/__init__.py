# SPDX-License-Identifier: BSD-2-Clause
"""Code shared by the programs in tools/."""
