"""Supply on the command line: suppliers, offers, approvals, orders, declarations, what to buy,
what it costs."""
