"""The routes: decode, call one thing, encode."""
