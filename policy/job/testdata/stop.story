# Stopping reaches what requires it, is bound to it and is part of it, in the reverse order; not what wants it.
unit app.db
unit app.api requires=app.db
unit app.web binds_to=app.api
unit app.part part_of=app.db
unit app.fan wants=app.db
unit app.down requires=app.db
active app.db app.api app.web app.part app.fan

stop app.db
  + stop app.web, bound to app.api
  + stop app.part, part of app.db
  + stop app.api, requires app.db
  + stop app.db, asked for
  run stop app.web
  run stop app.part
waits app.db
  for [app.api]
ok app.web
  - stop app.web: done
  run stop app.api
ok app.api
  - stop app.api: done
  run stop app.db
ok app.part
  - stop app.part: done
ok app.db
  - stop app.db: done
  = stop app.db: done

stop app.db
  note app.db: it does not run
  = stop app.db: done
