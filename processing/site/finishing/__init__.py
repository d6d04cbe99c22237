"""After rendering: downloads, catalogue, nothing foreign, and the swap into place."""
