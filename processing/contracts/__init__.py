"""What tables promise, and how a table is held against its promise."""
