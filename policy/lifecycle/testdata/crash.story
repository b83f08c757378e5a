# Failures in a row wait longer and longer; a run of a minute ends the row.
unit app.a listen=127.0.0.1:8001
0s start
  prepare afresh
  = activating (pre-start)
0s up
  spawn
  = activating (start)
  settled start: ok
  = active (running)
1s gone 3
  end-checks
  kill
  = deactivating (kill): exit 3
  settled start: failed, exit 3
  failure: exit 3
  = activating (auto-restart): exit 3
2s up
  at 2 s its time is up
  prepare
  = activating (pre-start): exit 3
  spawn
  = activating (start): exit 3
  settled start: ok
  = active (running)
3s gone 3
  end-checks
  kill
  = deactivating (kill): exit 3
  settled start: failed, exit 3, 2nd in a row
  failure: exit 3, 2nd in a row
  = activating (auto-restart): exit 3, 2nd in a row
5s up
  at 5 s its time is up
  prepare
  = activating (pre-start): exit 3, 2nd in a row
  spawn
  = activating (start): exit 3, 2nd in a row
  settled start: ok
  = active (running)
6s gone 3
  end-checks
  kill
  = deactivating (kill): exit 3
  settled start: failed, exit 3, 3rd in a row
  failure: exit 3, 3rd in a row
  = activating (auto-restart): exit 3, 3rd in a row
10s up
  at 10 s its time is up
  prepare
  = activating (pre-start): exit 3, 3rd in a row
  spawn
  = activating (start): exit 3, 3rd in a row
  settled start: ok
  = active (running)
2m gone 3
  end-checks
  kill
  = deactivating (kill): exit 3
  settled start: failed, exit 3
  failure: exit 3
  = activating (auto-restart): exit 3
3m up
  at 2 min 1 s its time is up
  prepare
  = activating (pre-start): exit 3
  spawn
  = activating (start): exit 3
  settled start: ok
  = active (running)

# What was killed starts again at once, the first time.
unit app.b
0s start
  prepare afresh
  = activating (pre-start)
0s up
  spawn
  = activating (start)
  settled start: ok
  = active (running)
1s gone SIGKILL
  end-checks
  kill
  = deactivating (kill): SIGKILL
  settled start: failed, SIGKILL
  failure: SIGKILL
  prepare
  = activating (pre-start): SIGKILL
1s up
  spawn
  = activating (start): SIGKILL
  settled start: ok
  = active (running)
2s gone SIGKILL
  end-checks
  kill
  = deactivating (kill): SIGKILL
  settled start: failed, SIGKILL, 2nd in a row
  failure: SIGKILL, 2nd in a row
  = activating (auto-restart): SIGKILL, 2nd in a row
4s up
  at 4 s its time is up
  prepare
  = activating (pre-start): SIGKILL, 2nd in a row
  spawn
  = activating (start): SIGKILL, 2nd in a row
  settled start: ok
  = active (running)

# The init was killed with it: nothing is known but that it is gone.
unit app.c
0s start
  prepare afresh
  = activating (pre-start)
0s up
  spawn
  = activating (start)
  settled start: ok
  = active (running)
1s empty
  end-checks
  settled start: failed, it and its init were killed
  failure: it and its init were killed
  prepare
  = activating (pre-start): it and its init were killed

# A polite signal by somebody else.
unit app.d policy=on-failure
0s start
  prepare afresh
  = activating (pre-start)
0s up
  spawn
  = activating (start)
  settled start: ok
  = active (running)
1s gone SIGTERM
  end-checks
  kill
  = deactivating (kill): SIGTERM
  release
  settled start: ok
  ended: ok
  = inactive (dead)
2s start
  prepare afresh
  = activating (pre-start)

# Too many restarts.
unit app.e burst=2 delay=0s
0s start
  prepare afresh
  = activating (pre-start)
0s up
  spawn
  = activating (start)
  settled start: ok
  = active (running)
1s gone 3
  end-checks
  kill
  = deactivating (kill): exit 3
  settled start: failed, exit 3
  failure: exit 3
  prepare
  = activating (pre-start): exit 3
1s up
  spawn
  = activating (start): exit 3
  settled start: ok
  = active (running)
2s gone 3
  end-checks
  kill
  = deactivating (kill): exit 3
  settled start: failed, exit 3, 2nd in a row
  failure: exit 3, 2nd in a row
  prepare
  = activating (pre-start): exit 3, 2nd in a row
2s up
  spawn
  = activating (start): exit 3, 2nd in a row
  settled start: ok
  = active (running)
3s gone 3
  end-checks
  kill
  = deactivating (kill): exit 3
  failure: exit 3
  release
  settled start: failed, exit 3; gave up after 2 restarts within 1 min
  ended: failed, exit 3; gave up after 2 restarts within 1 min
  = failed (start-limit): exit 3; gave up after 2 restarts within 1 min
4s start
  prepare afresh
  = activating (pre-start)
4s up
  spawn
  = activating (start)
  settled start: ok
  = active (running)
5s gone 3
  end-checks
  kill
  = deactivating (kill): exit 3
  settled start: failed, exit 3
  failure: exit 3
  prepare
  = activating (pre-start): exit 3

# It ends before it is healthy, however politely; policy on-failure starts it again.
unit app.f health=http policy=on-failure
0s start
  prepare afresh
  = activating (pre-start)
1ms prepared
  spawn
  = activating (start)
2ms spawned
  watch-checks eagerly
3ms gone 0
  end-checks
  kill
  = deactivating (kill): exit 0 before it was ready
  settled start: failed, exit 0 before it was ready
  failure: exit 0 before it was ready
  = activating (auto-restart): exit 0 before it was ready

# A delay of nothing is no reason to ask as fast as one can for what cannot be.
unit app.g delay=0s
0s start
  prepare afresh
  = activating (pre-start)
1ms prepared
  spawn
  = activating (start)
2ms unspawned exec /srv/app: no such file or directory
  settled start: failed, exec /srv/app: no such file or directory
  failure: exec /srv/app: no such file or directory
  = activating (auto-restart): exec /srv/app: no such file or directory
3ms wait
1.1s prepared
  at 1 s its time is up
  prepare
  = activating (pre-start): exec /srv/app: no such file or directory
  spawn
  = activating (start): exec /srv/app: no such file or directory

# A preparation that fails gives back what it may have opened only when the unit gives up.
unit app.h burst=1 listen=127.0.0.1:8001
0s start
  prepare afresh
  = activating (pre-start)
1ms refused bind app.h: 127.0.0.1:8001 is in use by pid 4711
  settled start: failed, bind app.h: 127.0.0.1:8001 is in use by pid 4711
  failure: bind app.h: 127.0.0.1:8001 is in use by pid 4711
  = activating (auto-restart): bind app.h: 127.0.0.1:8001 is in use by pid 4711
2s refused bind app.h: 127.0.0.1:8001 is in use by pid 4711
  at 1 s its time is up
  prepare afresh
  = activating (pre-start): bind app.h: 127.0.0.1:8001 is in use by pid 4711
  failure: bind app.h: 127.0.0.1:8001 is in use by pid 4711
  release
  = deactivating (stop): bind app.h: 127.0.0.1:8001 is in use by pid 4711; gave up after 1 restart within 1 min
  settled start: failed, bind app.h: 127.0.0.1:8001 is in use by pid 4711; gave up after 1 restart within 1 min
  ended: failed, bind app.h: 127.0.0.1:8001 is in use by pid 4711; gave up after 1 restart within 1 min
  = failed (start-limit): bind app.h: 127.0.0.1:8001 is in use by pid 4711; gave up after 1 restart within 1 min

# Failures are forgotten while it waits: it starts at once.
unit app.i
0s start
  prepare afresh
  = activating (pre-start)
0s up
  spawn
  = activating (start)
  settled start: ok
  = active (running)
1s gone 3
  end-checks
  kill
  = deactivating (kill): exit 3
  settled start: failed, exit 3
  failure: exit 3
  = activating (auto-restart): exit 3
1s wait
2s reset
  at 2 s its time is up
  prepare
  = activating (pre-start): exit 3
2s wait
