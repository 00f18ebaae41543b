"""`drawnconvos chat`: a model talked to in the terminal, its calls painted as they come."""
