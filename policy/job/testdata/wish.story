# A wish that contradicts is taken back with all that it would have needed and stopped, and nothing else.
unit app.lib
unit app.rival
unit app.part part_of=app.rival
unit app.old requires=app.lib conflicts=app.rival
unit app.extra
unit app.fan requires=app.part wants=app.old,app.extra

start app.fan
  note app.old: left out: app.part would have to start (required by app.fan, asked for) and to stop (part of app.rival, conflicts with app.old, wanted by app.fan, asked for) at once
  + start app.extra, wanted by app.fan
  + start app.part, required by app.fan
  + start app.fan, asked for
  run start app.extra
  run start app.part
ok app.part
  - start app.part: done
ok app.extra
  - start app.extra: done
  run start app.fan
ok app.fan
  - start app.fan: done
  = start app.fan: done
