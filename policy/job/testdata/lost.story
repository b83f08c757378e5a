# A restart that is stopping its unit when its requirement fails to start ends with the stop.
unit app.db
unit app.calm requires=app.db
unit app.slow after=app.calm
active app.calm app.slow

start app.db
  + start app.db, asked for
  run start app.db
restart app.calm
  + restart (now: stop) app.calm, asked for
  run stop app.calm
fail app.db exit 1
  - start app.db: failed, exit 1
  = start app.db: failed, app.db: exit 1
ok app.calm
  - restart app.calm: dependency, requires app.db, which failed: exit 1
  = restart app.calm: dependency, app.calm: requires app.db, which failed: exit 1

# One that has not begun leaves its unit running.
active app.calm
start app.db
  + start app.db, asked for
  run start app.db
stop app.slow
  + stop app.slow, asked for
  run stop app.slow
restart app.calm
  + restart (now: stop) app.calm, asked for
waits app.calm
  for [app.slow]
fail app.db exit 1
  - start app.db: failed, exit 1
  - restart app.calm: dependency, requires app.db, which failed: exit 1
  = start app.db: failed, app.db: exit 1
  = restart app.calm: dependency, app.calm: requires app.db, which failed: exit 1
ok app.slow
  - stop app.slow: done
  = stop app.slow: done
