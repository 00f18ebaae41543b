"""The verbs: building, showing, verifying. The only room that wires the others together."""
