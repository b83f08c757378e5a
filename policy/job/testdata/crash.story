# A crash stops what is bound, not what requires; on_failure starts.
unit app.db on_failure=app.alarm
unit app.bound binds_to=app.db
unit app.calm requires=app.db
unit app.alarm
active app.db app.bound app.calm

crash app.db
  + stop app.bound, bound to app.db, which stopped by itself
  + start app.alarm, on_failure of app.db
  run stop app.bound
  run start app.alarm
ok app.bound
  - stop app.bound: done
ok app.alarm
  - start app.alarm: done
  = stop app.bound: done

