"""The mesh on one machine: find or bring the programs, render configuration, supervise, wait, try."""
