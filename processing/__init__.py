"""Raw data in, small checked summary tables (pins) out, and a static site rendered from them."""

__version__ = "0.1.0"
