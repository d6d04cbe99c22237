"""Charts drawn before anybody reads: a Plotly figure to an SVG that follows the reader's theme."""
