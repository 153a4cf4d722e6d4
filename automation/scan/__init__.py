"""`scan`: policy scanners over what is synthesized."""
