"""What a schedule or a maintainer runs: a few lines each over the package."""
