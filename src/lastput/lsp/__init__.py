"""A language server: what the audit says of a file, while it is edited.

``desk`` judges one open file on a slice of its tree's fact base, ``words`` are what hovers and diagnostics
say, ``edits`` turn a patch into what an editor applies, ``server`` speaks the protocol (pygls).
"""
