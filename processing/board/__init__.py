"""Pins and releases: where summary tables lie, and how they are read and put in place."""
