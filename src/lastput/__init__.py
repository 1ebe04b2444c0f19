"""lastput: who puts the last reference?"""

__version__ = "0.1.0"
