"""People judge: screens and tasks out to a labelling server, judgements back in, agreement, and what follows."""
