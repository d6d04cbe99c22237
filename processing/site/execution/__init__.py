"""Run the cells of pages: warm kernels behind a seal."""
