# Since boot.
unit delay.a duration=30s
10s start
  = activating (delay): until 12:00:30
31s stop
  at 30 s its time is up
  settled start: ok
  = active (exited): 30 s after host boot
  settled stop: ok
  = inactive (dead)
40s start
  settled start: ok
  = active (exited): 30 s after host boot
41s start
  settled start: ok
42s reload
  settled reload: failed, a delay has nothing to reload

# Since its start.
unit delay.b duration=30s since=start
10s start
  = activating (delay): until 12:00:40
20s stop
  settled start: failed, it was stopped meanwhile
  settled stop: ok
  = inactive (dead)
21s start
  = activating (delay): until 12:00:51
51s wait
  at 51 s its time is up
  settled start: ok
  = active (exited): after 30 s

# Until something answers.
unit delay.c duration=60s until=127.0.0.1:3306
10s start
  watch-checks
  = activating (delay): waits for 127.0.0.1:3306
11s fails until connection refused
15s passes until
  end-checks
  settled start: ok
  = active (exited): after 5 s

# It never does.
unit delay.d duration=60s until=127.0.0.1:3306
10s start
  watch-checks
  = activating (delay): waits for 127.0.0.1:3306
11s fails until connection refused
70s wait
  at 1 min 10 s its time is up
  end-checks
  settled start: failed, 127.0.0.1:3306 did not come within 1 min: connection refused
  ended: failed, 127.0.0.1:3306 did not come within 1 min: connection refused
  = failed (timeout): 127.0.0.1:3306 did not come within 1 min: connection refused
71s start
  watch-checks
  = activating (delay): waits for 127.0.0.1:3306
75s stop
  settled start: failed, it was stopped meanwhile
  end-checks
  settled stop: ok
  = inactive (dead)
80s start
  watch-checks
  = activating (delay): waits for 127.0.0.1:3306
200s reset
  at 2 min 20 s its time is up
  end-checks
  settled start: failed, 127.0.0.1:3306 did not come within 1 min
  ended: failed, 127.0.0.1:3306 did not come within 1 min
  = failed (timeout): 127.0.0.1:3306 did not come within 1 min
  = inactive (dead)
201s blocked requires app.db, which failed: exit 3
  = failed (dependency): requires app.db, which failed: exit 3

# Whatever comes of it, it goes on.
unit delay.e duration=60s until=127.0.0.1:3306 on_timeout=continue
10s start
  watch-checks
  = activating (delay): waits for 127.0.0.1:3306
70s wait
  at 1 min 10 s its time is up
  end-checks
  settled start: ok
  = active (exited): 127.0.0.1:3306 did not come within 1 min; went on
