# A failed start takes with it what requires or is bound to it, however far; what only wants it goes on.
unit app.a
unit app.b requires=app.a
unit app.c binds_to=app.b
unit app.d wants=app.c
unit app.e after=app.a

start app.d app.e
  + start app.a, required by app.b
  + start app.b, bound by app.c
  + start app.c, wanted by app.d
  + start app.d, asked for
  + start app.e, asked for
  run start app.a
waits app.d
  for [app.c]
fail app.a exit 1
  - start app.a: failed, exit 1
  - start app.b: dependency, requires app.a, which failed: exit 1
  - start app.c: dependency, requires app.b, and app.a failed: exit 1
  run start app.d
  run start app.e
ok app.e
  - start app.e: done
ok app.d
  - start app.d: done
  = start app.d: done

# What is active needs no job; what its requirements need does.
start app.d
  note app.d: already active
  + start app.a, required by app.b
  + start app.b, bound by app.c
  + start app.c, wanted by app.d
  run start app.a
fail app.a exit 1 again
  - start app.a: failed, exit 1 again
  - start app.b: dependency, requires app.a, which failed: exit 1 again
  - start app.c: dependency, requires app.b, and app.a failed: exit 1 again
  = start app.d: done
