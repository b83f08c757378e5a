# Everything stops in reverse order; what has not begun to start never will.
unit delay.settle
unit app.a after=delay.settle
unit app.b requires=app.a
unit app.c
unit app.d requires=app.c
active app.c app.d

boot
  note app.c: already active
  note app.d: already active
  + start delay.settle, started at boot
  + start app.a, started at boot
  + start app.b, started at boot
  run start delay.settle
shutdown
  note app.b: it does not run
  note app.a: it does not run
  + stop delay.settle, the manager ends
  + stop app.d, requires app.c
  + stop app.c, the manager ends
  - start app.b: canceled, replaced by stop, requires app.a
  - start app.a: canceled, replaced by stop, the manager ends
  - start delay.settle: canceled, replaced by stop, the manager ends
  = start app.c: canceled, delay.settle: replaced by stop, the manager ends
  run stop delay.settle
  run stop app.d
ok app.d
  - stop app.d: done
  run stop app.c
ok app.c
  - stop app.c: done
ok delay.settle
  - stop delay.settle: done
  = stop app.c: done
