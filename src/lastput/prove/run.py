"""The pipeline: a finding in, a proof out."""

from __future__ import annotations

__all__ = ["Tree", "lost", "prove", "prove_patched"]

import re
from collections.abc import Callable, Mapping
from types import ModuleType

import msgspec

from lastput.check.outcome import Outcome
from lastput.check.request import Request
from lastput.check.run import search
from lastput.check.test import Test, compile_test
from lastput.engine.verdict import Options
from lastput.errors import LastputError
from lastput.facts.base import Facts, FunctionFact
from lastput.facts.definitions.lookup import Headers
from lastput.facts.definitions.scan import Kind, scan
from lastput.model.options import ModelOptions
from lastput.prove.arguments import NUMBERS
from lastput.prove.case import Case, Plan, struct_of
from lastput.prove.control import Edited, remedied
from lastput.prove.families import family_of
from lastput.prove.families.registration import counted as counted_calls
from lastput.prove.harness import Harness, Taken
from lastput.prove.judge import Judgement, confirmed, ended_in, refuted, visits
from lastput.prove.links import links
from lastput.prove.litmus import written
from lastput.prove.marks import marks_of
from lastput.prove.moved import moved
from lastput.prove.objects import grown
from lastput.prove.refine import bounded, refined
from lastput.prove.tokens import counted
from lastput.schema.finding import Finding
from lastput.schema.proof import Assumption, Control, Limits, Proof, Reason, Refinement

_ROUNDS = 5
_DEFAULT = Limits()
_OBJECTS = 6  # of a type that functions allocate, where one thread runs
_GROWTH = 6  # compilations until the heap has all that is asked of it


class Tree(msgspec.Struct, frozen=True):
    """A kernel tree: its fact base, the text of its files, and what its headers define; ``added`` are
    functions that its fact base does not know yet."""

    facts: Facts
    read: Callable[[str], str]
    headers: Headers
    added: tuple[Taken, ...] = ()


def prove(finding: Finding, tree: Tree, limits: Limits = _DEFAULT) -> Proof:
    """The proof of a finding. What is wrong with the slice is UNDECIDED with its reason, never an error."""
    claim = finding.claim
    if claim is None:
        return _undecided(
            finding, "no-claim", f"{finding.code} does not say yet who does what to which object"
        )
    claim = counted_calls(claim, tree.facts)
    family = family_of(claim)
    if family is None:
        roles = ", ".join(dict.fromkeys(site.role for site in claim.sites))
        return _undecided(finding, "no-harness", f"nobody runs a claim of {claim.error} with {roles}")
    case = Case(tree.facts, claim, _module(finding, tree.facts))
    files: dict[str, None] = {}

    def read(path: str) -> str:
        files[path] = None
        return tree.read(path)

    proof = _Prover(finding, msgspec.structs.replace(tree, read=read), limits, case, family).prove()
    return msgspec.structs.replace(proof, files=tuple(sorted(files)))


def prove_patched(finding: Finding, tree: Tree, texts: Mapping[str, str], limits: Limits = _DEFAULT) -> Proof:
    """The proof of the finding's claim with other contents of some files: ``texts`` by path, whole. REFUTED
    says that the edit mends it: the search is complete, what is left of the claim's places was executed, and
    no run ends in the claim's error or in another. Anything else is no proof that it does.

    ``tree`` is the tree without the edit, which its fact base describes; a function that only the edit has is
    taken along. A place whose line the edit replaced need not be executed any more."""
    if finding.claim is None:
        return prove(finding, tree, limits)
    claim = moved(finding.claim, tree.read, texts)

    def read(path: str) -> str:
        return texts[path] if path in texts else tree.read(path)

    patched = msgspec.structs.replace(tree, read=read, added=_added(tree, texts))
    return prove(msgspec.structs.replace(finding, claim=claim), patched, limits)


def _added(tree: Tree, texts: Mapping[str, str]) -> tuple[Taken, ...]:
    """The functions that only the new texts define, by file."""
    found = []
    for path, text in sorted(texts.items()):
        known = {one.name for one in scan(tree.read(path)) if one.kind is Kind.FUNCTION}
        names = [one.name for one in scan(text) if one.kind is Kind.FUNCTION and one.name not in known]
        if names and path.endswith(".c"):
            found.append(Taken(path, tuple((name, "the edit adds it") for name in dict.fromkeys(names))))
    return tuple(found)


def lost(finding: Finding, why: str) -> Proof:
    """The proof of a finding whose process died again and again."""
    return _undecided(finding, "limit", why)


class _Prover:
    def __init__(self, finding: Finding, tree: Tree, limits: Limits, case: Case, family: ModuleType) -> None:
        self.finding, self.tree, self.limits, self.case, self.family = finding, tree, limits, case, family
        self.claim = case.claim
        self.marks = marks_of(self.claim, tree.read)
        self.plan = Plan(numbers=0 if family.CONCURRENT else Plan().numbers)
        self.rounds: list[Refinement] = []

    def prove(self) -> Proof:
        harness: Harness | None = None
        while True:
            try:
                harness, test = self._compiled()
                if harness is None or test is None:
                    return _undecided(self.finding, "entry", "no function of the claim reaches all others")
                outcome = search(test)
            except LastputError as error:
                reason: Reason = "limit" if error.slug in _LIMITS else "front-end"
                told = f"{error.slug}: {error.what}"
                text = written(harness) if harness is not None else ""
                return _undecided(self.finding, reason, told, litmus=text, rounds=tuple(self.rounds))
            found = self._judged(outcome)
            step = refined(self.case, self.plan, found, outcome) if len(self.rounds) < _ROUNDS else None
            if step is None:
                return self._proof(harness, outcome, bounded(self.plan, found))
            self.plan, change = step
            self.rounds.append(msgspec.structs.replace(change, round=len(self.rounds) + 1))

    def _compiled(self) -> tuple[Harness | None, Test | None]:
        """The harness whose heap has everything that the functions look at, compiled."""
        for _ in range(_GROWTH):
            harness = self.family.build(self.case, self.plan)
            if harness is None:
                return None, None
            harness = _with_numbers(
                msgspec.structs.replace(harness, taken=(*harness.taken, *self.tree.added))
            )
            test = compile_test(self._request(harness, self.marks.put_into(self.tree.read)))
            follows = links(self.tree.facts, _functions(self.tree.facts, harness))
            heap = grown(self.plan.heap, _wanted(harness), test.compiled.shapes, _tokens(harness), follows)
            pools = tuple(pool.type for pool in test.program.pools)
            tag = struct_of(self.claim.object)
            shapes = [one for one in test.compiled.shapes if one.record == tag and one.kind == "number"]
            members = tuple(one.path for one in shapes[: self.plan.numbers])
            plan = msgspec.structs.replace(self.plan, heap=heap, pools=pools, members=members)
            if plan == self.plan:
                return harness, test
            self.plan = plan
        return harness, test

    def _request(self, harness: Harness, read: Callable[[str], str]) -> Request:
        return Request(
            file=f"{self.finding.code}-{self.finding.fingerprint}.c",
            text=written(
                msgspec.structs.replace(
                    harness,
                    may_leak=tuple(dict.fromkeys((*harness.may_leak, *self._may_leak()))),
                    models=f"{self.marks.definitions()}\n\n{harness.models}",
                    pools=self._pools(harness),
                )
            ),
            model=ModelOptions(
                workers=self.limits.workers, assume_any=("all",), defines=(("CONFIG_FAIL_FUNCTION", "1"),)
            ),
            search=Options(max_states=self.limits.states),
            read_tree=read,
            headers=self.tree.headers,
        )

    def _kept_models(self, harness: Harness) -> str:
        """The models of the test that is kept: its source has no marks."""
        if self.marks.kind != "registration":
            return harness.models
        return f"{self.marks.definitions(told=True)}\n\n{harness.models}"

    def _pools(self, harness: Harness) -> tuple[tuple[str, int], ...]:
        """Where one thread runs, all its loops together may take more objects of a type than two."""
        if self.family.CONCURRENT:
            return harness.pools
        known = {tag for tag, _ in harness.pools}
        more = ((tag, _OBJECTS) for tag in self.plan.pools if tag not in known)
        return (*harness.pools, *(one for one in more if one[0].isidentifier()))

    def _may_leak(self) -> tuple[str, ...]:
        """A leak is told by the mark at the claim's exit: what is left over at the end is nobody's claim."""
        if not self.marks.own:
            return self.plan.heap.tags
        return tuple(dict.fromkeys((*self.plan.heap.tags, *self.plan.pools)))

    def _judged(self, outcome: Outcome) -> Judgement:
        if ended_in(self.claim, outcome):
            return confirmed(self.claim, outcome)
        found = refuted(self.claim, outcome)
        if found.verdict == "REFUTED" and self.claim.error == "leak" and not self.marks.tells(self.tree.read):
            return Judgement("UNDECIDED", "unmodelled", "what the getter counts is not followed")
        return found

    def _proof(self, harness: Harness, outcome: Outcome, found: Judgement) -> Proof:
        control = None
        if found.verdict == "CONFIRMED":
            control, found = self._controlled(harness, found, outcome.classes)
        assumed = outcome.test.compiled.assumptions
        named = msgspec.structs.replace(
            harness,
            results=outcome.classes,
            models=self._kept_models(harness),
            pools=self._pools(harness),
            may_leak=tuple(
                tag
                for tag in dict.fromkeys((*harness.may_leak, *self._may_leak()))
                if tag != struct_of(self.claim.object) or self.marks.kind == "registration"
            ),
            any=tuple(one.name for one in assumed if one.kind == "any"),
            about=(f"{self.finding.code} at {self.finding.where}: {self.finding.message}.",),
        )
        return Proof(
            fingerprint=self.finding.fingerprint,
            code=self.finding.code,
            verdict=found.verdict,
            reason=found.reason,
            why=found.why,
            error=found.trace.error if found.trace is not None else self.claim.error,
            assumptions=tuple(Assumption(one.kind, one.name, str(one)) for one in assumed),
            visits=visits(self.claim, outcome),
            inlined=tuple(pair for one in harness.taken for pair in one.functions),
            limits=self.limits,
            rounds=tuple(self.rounds),
            control=control,
            states=outcome.checked.states,
            trace=found.trace,
            litmus=written(named),
        )

    def _controlled(
        self, harness: Harness, found: Judgement, before: tuple[str, ...]
    ) -> tuple[Control | None, Judgement]:
        read = self.marks.put_into(self.tree.read)
        edited = remedied(self.claim, read)
        if edited is None:
            return None, Judgement("UNDECIDED", "control", "the remedy is no edit of one line", found.trace)
        try:
            outcome = search(compile_test(self._request(harness, _with(edited, read))))
        except LastputError as error:
            why = f"the model with the remedy is no program: {error.what}"
            return None, Judgement("UNDECIDED", "control", why, found.trace)
        control = Control(edited.what, outcome.verdict, outcome.checked.states)
        if ended_in(self.claim, outcome):
            why = f"with {edited.what} the model goes wrong as well"
            return control, Judgement("UNDECIDED", "control", why, found.trace)
        new = [one for one in outcome.classes if one not in before]
        if new:
            why = f"with {edited.what} runs end in {', '.join(new)}, which they did not before"
            return control, Judgement("UNDECIDED", "control", why, found.trace)
        if not outcome.result.complete:
            why = f"with {edited.what} not all was searched: {outcome.checked.reason}"
            return control, Judgement("UNDECIDED", "control", why, found.trace)
        return control, found


_LIMITS = frozenset({"model-limit", "too-large", "value-range", "pool-overflow"})


def _wanted(harness: Harness) -> tuple[str, ...]:
    """The structs whose objects the threads name."""
    threads = (line for thread in harness.threads for line in thread.lines)
    words = " ".join((*harness.setup, *threads, harness.models))
    return tuple(dict.fromkeys(re.findall(r"\bthe_(\w+)", words)))


def _with_numbers(harness: Harness) -> Harness:
    """With the array that pointers to numbers lead to, if a thread hands one over."""
    lines = (line for thread in harness.threads for line in thread.lines)
    if not any(NUMBERS in line for line in (*harness.setup, *lines)):
        return harness
    return msgspec.structs.replace(harness, objects=(*harness.objects, f"static long {NUMBERS}[16];"))


def _functions(facts: Facts, harness: Harness) -> list[FunctionFact]:
    """Those that the harness takes."""
    return [one for file in harness.taken for name in file.names for one in facts.functions(name, file.path)]


def _tokens(harness: Harness) -> frozenset[str]:
    return counted() | frozenset(re.findall(r"^TOKEN\((\w+),", harness.models, re.MULTILINE))


def _with(edited: Edited, read: Callable[[str], str]) -> Callable[[str], str]:
    return lambda path: edited.text if path == edited.path else read(path)


def _module(finding: Finding, facts: Facts) -> str:
    rows = facts.sql(
        "SELECT m.name FROM modules m JOIN module_files f ON f.module = m.id"
        " WHERE f.path = ? AND m.modular ORDER BY m.name",
        finding.where.path,
    )
    return re.sub(r"\W", "_", str(rows[0][0])) if rows else ""


def _undecided(
    finding: Finding, reason: Reason, why: str, litmus: str = "", rounds: tuple[Refinement, ...] = ()
) -> Proof:
    return Proof(
        fingerprint=finding.fingerprint,
        code=finding.code,
        verdict="UNDECIDED",
        reason=reason,
        why=why,
        error=finding.claim.error if finding.claim is not None else "",
        rounds=rounds,
        litmus=litmus,
    )
