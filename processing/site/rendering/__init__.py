"""From executed notebooks to HTML: staging and two renderers."""
