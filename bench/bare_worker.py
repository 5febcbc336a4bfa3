"""The peer of `workers.pools`: the same application, pools and settings, with a task that does nothing."""

from bench import nothing
from workers.app import app
from workers.pools import main

app.conf.imports = ()
nothing.define(app)

if __name__ == "__main__":
    main()
