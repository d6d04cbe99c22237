"""From a release to a site: execute, render, finish, publish, check."""
