"""Systems that were not trained, to hold a trained model against: the commonest call, the nearest turn, a prompt."""
