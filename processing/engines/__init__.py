"""What computes the tables: one file per engine."""
