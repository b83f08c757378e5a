# At boot one of two units that conflict is left out; the rest starts.
unit app.blue conflicts=app.green
unit app.green
unit app.user requires=app.green
unit app.x

boot
  note app.green: left out: app.green would have to stop (conflicts with app.blue, started at boot) and to start (started at boot) at once
  note app.user: left out: app.user would have to stop (requires app.green, conflicts with app.blue, started at boot) and to start (started at boot) at once
  + start app.blue, started at boot
  + start app.x, started at boot
  run start app.blue
  run start app.x
ok app.blue
  - start app.blue: done
ok app.x
  - start app.x: done
  = start app.blue: failed, app.green: left out: app.green would have to stop (conflicts with app.blue, started at boot) and to start (started at boot) at once
