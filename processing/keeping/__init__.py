"""Where the board lives between runs: what is carried along, and the place it is kept at."""
