"""Training on a release and asking what was trained: sft, sample, dpo, evaluate. Reads releases, writes runs."""

import os
import sys
import warnings

# Read when torch is first imported: threads that spin cost five times as much on a machine that does other work too.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
if not sys.stderr.isatty():
    os.environ.setdefault("TQDM_DISABLE", "1")  # bars are for people
warnings.filterwarnings("ignore", category=FutureWarning, module="transformers")  # what it says to itself
