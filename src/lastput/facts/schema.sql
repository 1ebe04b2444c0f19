-- The fact base of one tree. Views (lower half) are the contract; tables ending in _row are storage.

CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;

CREATE TABLE files (
    id INTEGER PRIMARY KEY,
    path TEXT NOT NULL UNIQUE,       -- relative to the tree
    hash BLOB NOT NULL,              -- of the content
    size INTEGER NOT NULL,           -- bytes
    mtime INTEGER NOT NULL,          -- nanoseconds
    balanced INTEGER NOT NULL,       -- 0: a brace has no partner
    skipped TEXT NOT NULL,           -- why the file was not read; '' if it was
    marked INTEGER NOT NULL          -- 1: "lastput:" stands in it, as in a suppression
);

CREATE TABLE names (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);

CREATE TABLE functions (
    id INTEGER PRIMARY KEY,
    file INTEGER NOT NULL,
    name TEXT NOT NULL,
    static INTEGER NOT NULL,
    inline INTEGER NOT NULL,
    section TEXT NOT NULL,           -- 'init', 'exit' or ''
    returns TEXT NOT NULL,           -- return type as written
    parameters TEXT NOT NULL,        -- JSON: [["struct kvm *","kvm"], ...]
    macro TEXT NOT NULL,             -- macro that makes the head (SYSCALL_DEFINE2), or ''
    line INTEGER NOT NULL,
    end_line INTEGER NOT NULL,
    start INTEGER NOT NULL,          -- byte offsets: head, brace, past the closing brace
    body INTEGER NOT NULL,
    end INTEGER NOT NULL
);

CREATE TABLE call_row (
    function INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    name INTEGER NOT NULL,
    receiver TEXT NOT NULL,
    arguments TEXT NOT NULL,
    line INTEGER NOT NULL,
    use TEXT NOT NULL,
    result TEXT NOT NULL,
    PRIMARY KEY (function, seq)
) WITHOUT ROWID;

CREATE TABLE stores (
    id INTEGER PRIMARY KEY,
    function INTEGER NOT NULL,
    target TEXT NOT NULL,            -- kvm_vm_fops.owner
    field TEXT NOT NULL,             -- owner
    value TEXT NOT NULL,             -- module, THIS_MODULE, &foo_ops, foo_release
    line INTEGER NOT NULL
);

CREATE TABLE variables (
    id INTEGER PRIMARY KEY,
    file INTEGER NOT NULL,
    name TEXT NOT NULL,
    type TEXT NOT NULL,              -- struct tag or typedef: file_operations
    static INTEGER NOT NULL,
    const INTEGER NOT NULL,
    line INTEGER NOT NULL,
    macro TEXT NOT NULL              -- that makes it (DEFINE_SHOW_ATTRIBUTE); '' if written out
);

CREATE TABLE field_row (
    id INTEGER PRIMARY KEY,
    variable INTEGER NOT NULL,
    path TEXT NOT NULL,              -- driver.owner, [3].handler
    field TEXT NOT NULL,             -- owner; '' when given by position
    value TEXT NOT NULL,
    line INTEGER NOT NULL
);

CREATE TABLE file_macros (
    id INTEGER PRIMARY KEY,
    file INTEGER NOT NULL,
    name TEXT NOT NULL,
    arguments TEXT NOT NULL,
    static INTEGER NOT NULL,
    line INTEGER NOT NULL
);

CREATE TABLE callbacks (
    id INTEGER PRIMARY KEY,
    file INTEGER NOT NULL,
    function INTEGER NOT NULL,       -- in which the call stands; 0 at file scope
    role TEXT NOT NULL,              -- api.toml, or 'argument' for any other call
    target TEXT NOT NULL,            -- the function handed over
    object TEXT NOT NULL,            -- what it belongs to; for 'argument' the position
    via TEXT NOT NULL,               -- the call or macro
    line INTEGER NOT NULL
);

CREATE TABLE records (
    id INTEGER PRIMARY KEY,
    file INTEGER NOT NULL,
    record TEXT NOT NULL,
    field TEXT NOT NULL,
    type TEXT NOT NULL,
    pointers INTEGER NOT NULL,
    line INTEGER NOT NULL
);

CREATE TABLE macros (
    id INTEGER PRIMARY KEY,
    file INTEGER NOT NULL,
    name TEXT NOT NULL,
    parameters TEXT NOT NULL,
    body TEXT NOT NULL,
    line INTEGER NOT NULL
);

CREATE TABLE exports (
    id INTEGER PRIMARY KEY,
    file INTEGER NOT NULL,
    name TEXT NOT NULL,
    macro TEXT NOT NULL,
    line INTEGER NOT NULL
);

-- From Kbuild and Kconfig: made anew when one of these files changes.

CREATE TABLE configs (name TEXT PRIMARY KEY, type TEXT NOT NULL) WITHOUT ROWID;

CREATE TABLE modules (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL,              -- kvm_intel, with underscores as in lsmod
    directory TEXT NOT NULL,
    config TEXT NOT NULL,            -- KVM_INTEL; '' if unconditional
    modular INTEGER NOT NULL,        -- 1: can be a .ko
    own TEXT NOT NULL                -- '' if a Makefile links it; else the file with its module_init(), which none does
);

CREATE TABLE module_files (
    module INTEGER NOT NULL,
    path TEXT NOT NULL,
    PRIMARY KEY (path, module)
) WITHOUT ROWID;

-- Made anew at every change: what begins and ends a module.

CREATE TABLE entries (
    id INTEGER PRIMARY KEY,
    file INTEGER NOT NULL,
    role TEXT NOT NULL,              -- 'init' or 'exit'
    target TEXT NOT NULL,            -- a function of this file, or the (un)registration of a driver macro
    object TEXT NOT NULL,            -- '' or the driver that is (un)registered
    via TEXT NOT NULL,               -- module_exit, module_pci_driver ...
    line INTEGER NOT NULL
);

CREATE VIEW calls AS
    SELECT c.function, c.seq, n.name, c.receiver, c.arguments, c.line, c.use, c.result
    FROM call_row c JOIN names n ON n.id = c.name;

CREATE VIEW fields AS
    SELECT r.id, v.file, v.id AS variable, v.name AS variable_name, v.type, v.static, r.path, r.field, r.value, r.line
    FROM field_row r JOIN variables v ON v.id = r.variable;
