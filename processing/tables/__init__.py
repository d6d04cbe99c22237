"""The summary tables: one file per topic, pure functions beside their contracts."""
