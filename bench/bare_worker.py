"""The peer of `workers.pools`: the same application, pools and settings, with tasks that do next to nothing."""

from bench import noted, nothing
from workers.app import app
from workers.pools import main

nothing.bare(app)
app.conf.imports = ()
nothing.define(app)
noted.define(app)

if __name__ == "__main__":
    main()
