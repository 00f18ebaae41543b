"""Training on a release and asking what was trained: sft, sample, dpo, evaluate. Reads releases, writes runs."""
