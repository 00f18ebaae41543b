"""`drawnconvos rate`: people rate how systems played whole dialogues."""
