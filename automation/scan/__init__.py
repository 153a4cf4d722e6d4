"""Have policy scanners look at what is synthesized, before anything is deployed."""
