"""From a finding to a verdict over the real source.

A finding's claim says who does what to which object. ``slice`` takes the functions of the tree that matter,
``families`` say who runs them and in which order they are allowed to, ``objects`` builds the heap that they
meet, ``litmus`` writes it all down as a litmus test, ``check`` runs it, and ``judge`` says what that is
worth. Functions of the tree stay unmodified text. Nothing here prints, and nothing reads a finding's English.
"""
