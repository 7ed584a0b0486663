"""Limits: the restrictions file, its call rules, the ledger and its rates."""
