# A restart takes along what runs and depends on it: all stop in reverse order, then start in order.
unit app.db
unit app.api requires=app.db
unit app.web requires=app.api
unit app.down requires=app.db
unit app.free
active app.db app.api app.web app.free

restart app.db
  + restart (now: stop) app.db, asked for
  + restart (now: stop) app.api, requires app.db
  + restart (now: stop) app.web, requires app.api
  run stop app.web
ok app.web
  run stop app.api
ok app.api
  run stop app.db
ok app.db
  run start app.db
ok app.db
  - restart app.db: done
  run start app.api
ok app.api
  - restart app.api: done
  run start app.web
ok app.web
  - restart app.web: done
  = restart app.db: done

# What does not run is started by restart, and left alone by try-restart.
try-restart app.down
  note app.down: it does not run
  = try-restart app.down: skipped, app.down: it does not run
restart app.down
  + start app.down, asked for
  run start app.down
ok app.down
  - start app.down: done
  = restart app.down: done

# The second half may fail.
restart app.api
  + restart (now: stop) app.api, asked for
  + restart (now: stop) app.web, requires app.api
  run stop app.web
ok app.web
  run stop app.api
ok app.api
  run start app.api
fail app.api exit 7
  - restart app.api: failed, exit 7
  - restart app.web: dependency, requires app.api, which failed: exit 7
  = restart app.api: failed, app.api: exit 7
