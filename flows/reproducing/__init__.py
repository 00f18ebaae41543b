"""`drawnconvos reproduce`: the paper's whole loop, stage by stage."""
