# What a second request makes of the first.
unit app.a reload
unit app.b requires=app.a

# start during start
start app.b
  + start app.a, required by app.b
  + start app.b, asked for
  run start app.a
start app.b
waits app.b
  for [app.a]

# stop during start cancels; of a start that has not begun nothing is left
stop app.a
  + stop app.a, asked for
  - start app.b: canceled, replaced by stop, requires app.a
  - start app.a: canceled, replaced by stop, asked for
  = start app.b: canceled, app.b: replaced by stop, requires app.a
  = start app.b: canceled, app.b: replaced by stop, requires app.a
  run stop app.a
# start during stop: after the stop
start app.a
  + start (now: stop) app.a, asked for
  - stop app.a: canceled, replaced by start, asked for
  = stop app.a: canceled, app.a: replaced by start, asked for
  run stop app.a
ok app.a
  run start app.a
ok app.a
  - start app.a: done
  = start app.a: done

# reload during reload: one more
reload app.a
  + reload app.a, asked for
  run reload app.a
reload app.a
  + reload app.a, asked for
reload app.a
ok app.a
  - reload app.a: done
  = reload app.a: done
  run reload app.a
ok app.a
  - reload app.a: done
  = reload app.a: done
  = reload app.a: done

# restart during reload takes over, and answers both
reload app.a
  + reload app.a, asked for
  run reload app.a
reload app.a
  + reload app.a, asked for
restart app.a
  run stop app.a
ok app.a
  run start app.a
ok app.a
  - restart app.a: done
  = reload app.a: done
  = restart app.a: done
  = reload app.a: done

# reload during start: after it
stop app.a
  + stop app.a, asked for
  run stop app.a
ok app.a
  - stop app.a: done
  = stop app.a: done
start app.a
  + start app.a, asked for
  run start app.a
reload app.a
  + reload app.a, asked for
ok app.a
  - start app.a: done
  = start app.a: done
  run reload app.a
ok app.a
  - reload app.a: done
  = reload app.a: done

# reload while it stops is refused
stop app.a
  + stop app.a, asked for
  run stop app.a
reload app.a
  refused: reload app.a: it is being stopped
ok app.a
  - stop app.a: done
  = stop app.a: done
reload app.a
  refused: reload app.a: it is inactive; start reads everything anew

# restart during start; stop during restart
start app.a
  + start app.a, asked for
  run start app.a
restart app.a
  run stop app.a
stop app.a
  + stop app.a, asked for
  - restart app.a: canceled, replaced by stop, asked for
  = start app.a: canceled, app.a: replaced by stop, asked for
  = restart app.a: canceled, app.a: replaced by stop, asked for
  run stop app.a
ok app.a
  - stop app.a: done
  = stop app.a: done

# a reload behind a start that fails
start app.a
  + start app.a, asked for
  run start app.a
reload app.a
  + reload app.a, asked for
fail app.a exit 1
  - reload app.a: canceled, the start before it failed
  - start app.a: failed, exit 1
  = reload app.a: canceled, app.a: the start before it failed
  = start app.a: failed, app.a: exit 1
reload app.b
  refused: reload app.b: it has no reload block; use restart, or say in the unit how it reloads: reload { signal = "SIGHUP" }
reload-or-restart app.b
  + start app.a, required by app.b
  + start app.b, asked for
  run start app.a
