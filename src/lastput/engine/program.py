"""The IR that the engine runs: threads as graphs of atomic steps over a vector of small integers.

The engine knows nothing of kernels. A ``Program`` is a state vector (``slots``), an address space
laid over part of it (so that pointers are plain numbers), threads that stand at ``locations``, and
bytecode. One *step* of a thread is the bytecode from its location's ``code`` up to ``NEXT``; it is
atomic. A step that meets a false ``WAIT`` is not enabled and leaves no trace.

Address space. Address 0 is NULL. ``cells[a]`` is the slot that address ``a`` names, or -1 for a hole
(holes pad objects so that ``container_of`` on a list head stays within the object that holds the
head). ``owner[a]`` is the object that address ``a`` belongs to (holes too), or -1. Function
pointers, interned strings and error codes are numbers outside the address space: functions and
strings are >= ``FUNCTION_BASE``, error codes are negative.

Life. An object with ``life >= 0`` names the slot that tells its state: LIFE_UNUSED, LIFE_ALIVE,
LIFE_FREED. Reading or writing a cell of an object that is not alive is an error; for the text of a
module (``Text.life``) so is standing at a location of that text. Objects with ``life < 0`` live for
ever.

Ranges. A slot holds values of its range group, ``ranges[slot.group]``. The ranges given here are a
first guess: an engine that packs states must detect a value outside and widen the whole group.
"""

from __future__ import annotations

__all__ = [
    "FUNCTION_BASE",
    "LIFE_ALIVE",
    "LIFE_FREED",
    "LIFE_UNUSED",
    "Count",
    "ErrorClass",
    "Frame",
    "Instance",
    "Kind",
    "Location",
    "Object",
    "Op",
    "Pool",
    "Program",
    "Slot",
    "Text",
    "Thread",
]

import enum

import msgspec

from lastput.errors import Place

LIFE_UNUSED = 0
LIFE_ALIVE = 1
LIFE_FREED = 2

FUNCTION_BASE = 1 << 12


class ErrorClass(enum.IntEnum):
    """What can go wrong; the slug of ``USE_AFTER_FREE`` is ``use-after-free``."""

    NONE = 0
    UNMAPPED_TEXT = 1
    USE_AFTER_FREE = 2
    DOUBLE_FREE = 3
    REFCOUNT_UNDERFLOW = 4
    REFCOUNT_FROM_ZERO = 5
    DEADLOCK = 6
    LEAK = 7
    NULL_DEREF = 8
    WARN = 9
    SLEEP_IN_ATOMIC = 10
    LOCK_MISUSE = 11

    @property
    def slug(self) -> str:
        return self.name.lower().replace("_", "-")


class Op(enum.IntEnum):
    """Bytecode. ``t[x]`` is a temporary of the running step (they do not survive it)."""

    CONST = 0  # t[a] = b
    MOV = 1  # t[a] = t[b]
    LDR = 2  # t[a] = register b of the running thread
    STR = 3  # register a of the running thread = t[b]
    LD = 4  # t[a] = mem[t[b] + c]
    ST = 5  # mem[t[a] + c] = t[b]
    LDA = 6  # t[a] = mem[b], b a constant address
    STA = 7  # mem[a] = t[b], a a constant address
    ADD = 8  # t[a] = t[b] + t[c]
    SUB = 9
    MUL = 10
    DIV = 11  # C division; by zero is ErrorClass.WARN and gives 0
    MOD = 12
    AND = 13
    OR = 14
    XOR = 15
    SHL = 16
    SHR = 17
    EQ = 18  # t[a] = t[b] == t[c], 0 or 1
    NE = 19
    LT = 20
    LE = 21
    ADDI = 22  # t[a] = t[b] + c
    EQI = 23  # t[a] = t[b] == c
    NEI = 24
    LTI = 25
    LEI = 26
    ANDI = 27
    NEG = 28  # t[a] = -t[b]
    INV = 29  # t[a] = ~t[b]
    NOT = 30  # t[a] = !t[b]
    JMP = 31  # goto code[a]
    JZ = 32  # if t[a] == 0 goto code[b]
    JNZ = 33  # if t[a] != 0 goto code[b]
    JNEI = 34  # if t[a] != b goto code[c]
    NEXT = 35  # the step ends; the thread stands at location a
    WAIT = 36  # if t[a] == 0 the step is not enabled
    CHOOSE = 37  # t[a] = one of 0 .. b-1, each its own successor
    PICK = 38  # t[a] = a live instance x of type b with mem[x + c] != 0, each its own successor, or wait
    INST = 39  # t[a] = first live instance of type b with address > t[c] (0: from the start), or 0
    ALLOC = 40  # t[a] = first never-used object of pool b, now alive, its cells 0; none left: a tool error
    FREE = 41  # free the object whose first address is t[a]
    FAIL = 42  # error class a, about address t[b] (b < 0: none), text messages[c]; the run ends here
    WARN = 43  # the same, but the run goes on
    SPAWN = 44  # t[a] = task address of an unstarted thread of code b, started with register 0 = t[c]
    TASK = 45  # t[a] = task address of the running thread
    TRAP = 46  # a limit of the model (messages[a]): the tool stops, exit 2


#: Ops that choose: at most one of them in a step, so a step is named by (thread, choice).
CHOOSING = (Op.CHOOSE, Op.PICK)

Code = tuple[int, int, int, int]


class Kind(enum.IntEnum):
    """What the step of a location is to the other threads; used by reductions only."""

    PLAIN = 0  # data access, text fetch or nothing: may merge if no other thread races with it
    SYNC = 1  # an atomic operation: a scheduling point stands before and after it
    ACQUIRE = 2  # waits for and takes a lock: right mover unless somebody tests the lock
    RELEASE = 3  # gives a lock back: left mover unless somebody tests the lock
    END = 4  # no step: the thread has finished or was not started


class Slot(msgspec.Struct, frozen=True):
    """One field of the state vector.

    ``name`` reads like C (``kvm.refcnt``, ``kvm_async_pf#1.link.next``, ``vmm:filp``, ``vmm:pc``).
    ``group`` indexes ``Program.ranges``; the slots of one field over all objects of a pool, and of
    one register over all threads of a code, share a group. ``pointer`` marks slots that may hold
    addresses (to be renamed when objects are permuted). ``field`` is the class of memory cells
    ("kvm_async_pf.link.next"), "" for program counters and registers.
    """

    name: str
    group: int
    init: int = 0
    pointer: bool = False
    field: str = ""


class Object(msgspec.Struct, frozen=True):
    """A contiguous range of addresses ``base - pad .. base + size``; ``size`` counts addresses.

    ``heap`` objects come from a pool and must be freed at the end (else ``leak``). ``text`` is the
    index of the module that owns a global, -1 for vmlinux.
    """

    name: str
    type: str
    base: int
    size: int
    life: int = -1
    pool: int = -1
    heap: bool = False
    text: int = -1


class Pool(msgspec.Struct, frozen=True):
    """Objects of one type, in the order in which ``ALLOC`` gives them out.

    ``leaks`` is False for objects that may stay allocated at the end of a run.
    """

    type: str
    objects: tuple[int, ...]
    leaks: bool = True


class Count(msgspec.Struct, frozen=True):
    """A count of an object that must be down at the end of a run: a ``leak`` if the value of slot ``value``
    is above that of slot ``limit`` while the object is alive."""

    object: int
    value: int
    limit: int


class Instance(msgspec.Struct, frozen=True):
    """The addresses of all instances of a type, embedded ones too (for PICK and INST)."""

    type: str
    addresses: tuple[int, ...]


class Text(msgspec.Struct, frozen=True):
    """The text of a loadable module; ``life`` is the slot that is LIFE_ALIVE while it is mapped."""

    name: str
    life: int


class Thread(msgspec.Struct, frozen=True):
    """A thread instance. Its program counter is slot ``pc``, its registers follow at ``regs``.

    ``code`` identifies what it runs; threads of one code and the same ``group`` >= 0 are
    interchangeable. ``user`` threads are to end, ``own`` ones run the code of the test: users, and what it
    spawns. ``entry`` is where SPAWN lets it begin; ``start`` where it stands at first (an
    END location if it waits to be spawned). ``task`` is the object that TASK names. ``boot`` threads
    run to completion, alone and in order, before the first state.
    """

    name: str
    code: int
    pc: int
    regs: int
    nregs: int
    start: int
    entry: int
    task: int
    group: int = -1
    boot: bool = False
    user: bool = False
    own: bool = False


class Frame(msgspec.Struct, frozen=True):
    """One level of an inlined call stack. ``call`` is the place in the caller, ``function`` the
    callee; ``text`` the module its code is in (-1: vmlinux); ``args`` the arguments as written."""

    function: str
    text: int
    call: Place
    args: str = ""
    tail: bool = False  # entered by a jump: its caller's frame is gone


class Location(msgspec.Struct, frozen=True):
    """A point between two steps of one code.

    ``code`` is the index in ``Program.code`` where the step begins, ``text`` the module that must
    be mapped while a thread stands here (-1: vmlinux). ``frames`` run from outermost to innermost.
    ``what`` says in words what the step does (``spin_lock(&vcpu->async_pf.lock)``); ``waits`` is
    not empty if the step may block and says for what. ``rest`` marks places where a thread may stay
    for ever without being stuck (finished, idle worker).
    """

    code: int
    kind: Kind
    text: int
    place: Place
    frames: tuple[Frame, ...]
    what: str = ""
    waits: str = ""
    rest: bool = False


class Program(msgspec.Struct, frozen=True):
    name: str
    slots: tuple[Slot, ...]
    ranges: tuple[tuple[int, int], ...]
    cells: tuple[int, ...]
    owner: tuple[int, ...]
    objects: tuple[Object, ...]
    pools: tuple[Pool, ...]
    instances: tuple[Instance, ...]
    texts: tuple[Text, ...]
    threads: tuple[Thread, ...]
    locations: tuple[Location, ...]
    code: tuple[Code, ...]
    messages: tuple[str, ...]
    functions: tuple[str, ...] = ()  # functions[i] has the address FUNCTION_BASE + i
    strings: tuple[str, ...] = ()  # strings[i] has the address FUNCTION_BASE + len(functions) + i
    symmetric: bool = True  # False: something counts or orders addresses or thread numbers
    ordered: tuple[int, ...] = ()  # instances[i] is visited by a loop that may depend on their order
    counts: tuple[Count, ...] = ()
    assumptions: tuple[str, ...] = ()
    temps: int = 64  # temporaries that a step may use
