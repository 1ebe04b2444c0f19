"""Patches for findings: edits made on the syntax of a function, in the style of the file, and checked.

For an editor or a report, which has a finding and the fact base of its tree::

    from lastput.fix.mend import propose
    answer = propose(finding, facts)            # Patch or Refusal (lastput.schema.patch)

``answer.edits`` are byte ranges of files with their new text, ``answer.diff`` the same as a unified diff,
``answer.subject`` what it does in one line. ``propose`` takes some milliseconds and runs no audit: it checks
that the edit applies and leaves functions that can be parsed. ``lastput.fix.mend.Mender`` checks the rest
(the finding is silenced, nothing new is reported, the model is safe), which takes an audit of the edited
files. ``lastput.fix.remedies.codes()`` are the rules that have a remedy: offer an action for no other.

A remedy is one module of ``lastput.fix.remedies``; ``case`` has what it is given, ``draft`` how it edits.
"""
