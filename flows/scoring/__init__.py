"""`drawnconvos score`: systems measured by the pictures that their calls make."""
