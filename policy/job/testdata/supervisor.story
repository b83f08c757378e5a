# start, stop and restart of a supervisor act on its members.
unit supervisor.web
unit app.a supervisor=supervisor.web reload
unit app.b supervisor=supervisor.web after=app.a
unit app.c supervisor=supervisor.web disabled
unit pool.p supervisor=supervisor.web
unit job.report supervisor=supervisor.web

# A member starts alone.
start app.b
  + start app.b, asked for
  run start app.b
ok app.b
  - start app.b: done
  = start app.b: done

start supervisor.web
  + start app.a, member of supervisor.web
  + start pool.p, member of supervisor.web
  + start supervisor.web, asked for
  run start app.a
  run start pool.p
ok app.a
  - start app.a: done
fail pool.p no worker became ready
  - start pool.p: failed, no worker became ready
  run start supervisor.web
ok supervisor.web
  - start supervisor.web: done, degraded: pool.p did not start
  = start supervisor.web: done

reload supervisor.web
  + reload app.a, asked for
  run reload app.a
ok app.a
  - reload app.a: done
  = reload supervisor.web: done

start app.c
  + start app.c, asked for
  run start app.c
ok app.c
  - start app.c: done
  = start app.c: done

restart supervisor.web
  + restart (now: stop) app.a, member of supervisor.web
  + restart (now: stop) app.b, member of supervisor.web
  + restart (now: stop) app.c, member of supervisor.web
  + start pool.p, member of supervisor.web
  + restart (now: stop) supervisor.web, asked for
  run stop supervisor.web
ok supervisor.web
  run stop app.b
  run stop app.c
  run start pool.p
ok app.b
  run stop app.a
ok app.a
  run start app.a
ok app.c
  run start app.c
ok app.a
  - restart app.a: done
  run start app.b
ok app.b
  - restart app.b: done
ok app.c
  - restart app.c: done
ok pool.p
  - start pool.p: done
  run start supervisor.web
ok supervisor.web
  - restart supervisor.web: done
  = restart supervisor.web: done

stop supervisor.web
  + stop supervisor.web, asked for
  + stop pool.p, member of supervisor.web
  + stop app.c, member of supervisor.web
  + stop app.b, member of supervisor.web
  + stop app.a, member of supervisor.web
  run stop supervisor.web
ok supervisor.web
  - stop supervisor.web: done
  run stop pool.p
  run stop app.c
  run stop app.b
ok app.b
  - stop app.b: done
  run stop app.a
ok app.a
  - stop app.a: done
ok app.c
  - stop app.c: done
ok pool.p
  - stop pool.p: done
  = stop supervisor.web: done

reload supervisor.web
  refused: reload supervisor.web: none of its members runs and can reload
