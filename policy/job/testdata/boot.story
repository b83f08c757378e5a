# The boot chain of the README: delay, supervisor, pool; an app that is not enabled and one that fails.
unit delay.settle
unit supervisor.web after=delay.settle
unit app.db supervisor=supervisor.web
unit pool.api supervisor=supervisor.web requires=app.db
unit pool.admin supervisor=supervisor.web wants=app.mail
unit app.mail
unit app.extra supervisor=supervisor.web disabled
unit job.nightly

boot
  + start app.mail, started at boot
  + start delay.settle, started at boot
  + start app.db, member of supervisor.web
  + start pool.admin, member of supervisor.web
  + start pool.api, member of supervisor.web
  + start supervisor.web, started at boot
  run start app.mail
  run start delay.settle
waits supervisor.web
  for [app.db delay.settle pool.admin pool.api]
waits pool.api
  for [app.db delay.settle]
ok delay.settle
  - start delay.settle: done
  run start app.db
ok app.mail
  - start app.mail: done
  run start pool.admin
fail app.db exit 3
  - start app.db: failed, exit 3
  - start pool.api: dependency, requires app.db, which failed: exit 3
ok pool.admin
  - start pool.admin: done
  run start supervisor.web
ok supervisor.web
  - start supervisor.web: done, degraded: app.db did not start, and 1 more
  = start app.mail: done
