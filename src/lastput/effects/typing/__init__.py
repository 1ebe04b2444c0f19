"""How an expression inside a function becomes a key: by what is declared, never by its last name.

``access`` takes an expression apart, ``scope`` has the variables of a function and what each was set to,
``records`` the members of structs, and ``keys`` puts them together (``key_of``)."""
