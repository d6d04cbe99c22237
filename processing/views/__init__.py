"""Views: from a pin to what a person sees."""
