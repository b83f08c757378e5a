# What conflicts is stopped first, and the other way round.
unit app.blue conflicts=app.green
unit app.green
unit app.fan wants=app.green
unit app.user requires=app.blue
unit app.both requires=app.blue,app.green
active app.green

start app.blue
  + stop app.green, conflicts with app.blue
  + start app.blue, asked for
  run stop app.green
waits app.blue
  for [app.green]
ok app.green
  - stop app.green: done
  run start app.blue
ok app.blue
  - start app.blue: done
  = start app.blue: done

# A request that contradicts itself is refused, with the way there.
start app.both
  refused: start app.both: app.blue would have to start (required by app.both, asked for) and to stop (conflicts with app.green, required by app.both, asked for) at once; ask for one of them alone
start app.blue app.green
  refused: start app.green: app.green would have to stop (conflicts with app.blue, asked for) and to start (asked for) at once; ask for one of them alone

# A wish that contradicts is left out.
start app.user app.fan
  note app.green: left out: app.green would have to stop (conflicts with app.blue, required by app.user, asked for) and to start (wanted by app.fan, asked for) at once
  + start app.fan, asked for
  + start app.user, asked for
  run start app.fan
  run start app.user
ok app.user
  - start app.user: done
ok app.fan
  - start app.fan: done
  = start app.user: done

# If what conflicts does not stop, the start is off.
start app.green
  + stop app.user, requires app.blue
  + stop app.blue, conflicts with app.green
  + start app.green, asked for
  run stop app.user
ok app.user
  - stop app.user: done
  run stop app.blue
fail app.blue pid 77 outlived SIGKILL
  - stop app.blue: failed, pid 77 outlived SIGKILL
  - start app.green: dependency, conflicts with app.blue, whose stop failed: pid 77 outlived SIGKILL
  = start app.green: dependency, app.green: conflicts with app.blue, whose stop failed: pid 77 outlived SIGKILL
