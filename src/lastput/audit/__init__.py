"""Rules over the fact base of a kernel tree, and what is around them: selection, suppressions,
baselines, the scope of a patch."""
