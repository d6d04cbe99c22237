"""What a page is: its source, its rules, its notebook, and what is kept of it."""
