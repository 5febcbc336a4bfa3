"""The house behind the gate: one room for each stage of a message's journey (docs/design.md)."""
