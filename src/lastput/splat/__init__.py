"""Kernel logs to structured reports, and reports to their causes.

``reader`` finds and parses reports, with one file a kind in ``kinds``; ``diagnose`` asks the rules, one
file each in ``rules``; ``shelf`` finds litmus tests that ask the same question; ``symbols`` and
``sources`` add what a System.map or a kernel tree knows.
"""
