"""Tells people: what the ledger says becomes notices, mails and short messages."""
