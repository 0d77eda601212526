"""The HTTP service: calls, documents, figures, and the way of scores into the ledger."""
