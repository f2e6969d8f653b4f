# SPDX-License-Identifier: MIT
"""Parts of versus.py: what is compared (rows), how it is run (processes, store), on what (machine), the report (table)."""
