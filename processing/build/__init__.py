"""From sources to a release: graph, fingerprints, plan, and the one run that obeys it."""
