"""Where raw data comes from: one file per kind of address."""
