"""The nouns of drawnconvos. Every other room imports them; they import nothing of ours."""
