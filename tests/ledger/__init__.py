"""Tests of the ledger house."""
