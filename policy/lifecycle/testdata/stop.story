# SIGTERM is ignored.
unit app.a stop_timeout=5s
0s start
  prepare afresh
  = activating (pre-start)
0s up
  spawn
  = activating (start)
  settled start: ok
  = active (running)
10s stop
  end-checks
  signal-main SIGTERM
  = deactivating (stop)
16s gone SIGKILL
  at 15 s its time is up
  kill
  = deactivating (kill): SIGTERM did not end it within 5 s; killed
  release
  settled start: failed, it was stopped meanwhile
  settled stop: ok
  = inactive (dead)

# SIGKILL does not help either: abandoned, then gone.
unit app.b stop_timeout=5s listen=127.0.0.1:8001
0s start
  prepare afresh
  = activating (pre-start)
0s up
  spawn
  = activating (start)
  settled start: ok
  = active (running)
10s stop
  refuse
  drain slot 0 within 5 s
  = deactivating (stop)
  end-checks
  signal-main SIGTERM
23s left 4711
  at 15 s its time is up
  kill
  = deactivating (kill): SIGTERM did not end it within 5 s; killed
  settled start: failed, SIGKILL did not end pid 4711
  settled stop: failed, SIGKILL did not end pid 4711
  release
  ended: failed, SIGKILL did not end pid 4711
  = failed (abandoned): SIGKILL did not end pid 4711
24s start
  settled start: failed, SIGKILL did not end pid 4711
25s stop
  settled stop: failed, SIGKILL did not end pid 4711
26s reload
  settled reload: failed, SIGKILL did not end pid 4711
30s empty
  = inactive (dead)
31s start
  prepare afresh
  = activating (pre-start)

# The executor says nothing at all: time alone ends it.
unit app.c stop_timeout=5s
0s start
  prepare afresh
  = activating (pre-start)
0s up
  spawn
  = activating (start)
  settled start: ok
  = active (running)
10s stop
  end-checks
  signal-main SIGTERM
  = deactivating (stop)
1m wait
  at 15 s its time is up
  kill
  = deactivating (kill): SIGTERM did not end it within 5 s; killed
  at 25 s its time is up
  settled start: failed, SIGKILL did not end its processes
  settled stop: failed, SIGKILL did not end its processes
  release
  ended: failed, SIGKILL did not end its processes
  = failed (abandoned): SIGKILL did not end its processes

# It is abandoned although nobody stopped it; once it is gone it starts again.
unit app.d health=http
0s start
  prepare afresh
  = activating (pre-start)
0s up
  spawn
  = activating (start)
  watch-checks eagerly
  settled start: ok
  = active (running)
1s fails http timeout
  = active (running): health "http" failed 1 of 2 times: timeout
2s fails http timeout
  end-checks
  signal-main SIGTERM
  = deactivating (stop): health "http" failed 2 times: timeout
3s wait
  at 3 s its time is up
  kill
  = deactivating (kill): health "http" failed 2 times: timeout
11s left 4711
  settled start: failed, SIGKILL did not end pid 4711
  failure: SIGKILL did not end pid 4711
  release
  ended: failed, SIGKILL did not end pid 4711
  = failed (abandoned): SIGKILL did not end pid 4711
20s exit SIGKILL
20s empty
  = activating (auto-restart): SIGKILL did not end pid 4711; gone since
22s up
  at 21 s its time is up
  prepare afresh
  = activating (pre-start): SIGKILL did not end pid 4711; gone since
  spawn
  = activating (start): SIGKILL did not end pid 4711; gone since
  watch-checks eagerly
  = activating (start)
  settled start: ok
  = active (running)

# kill_mode control-group: all are told, and have the same time.
unit app.e kill_mode=control-group stop_timeout=5s
0s start
  prepare afresh
  = activating (pre-start)
0s up
  spawn
  = activating (start)
  settled start: ok
  = active (running)
10s stop
  end-checks
  signal-all SIGTERM
  = deactivating (stop)
11s exit 0
16s empty
  at 15 s its time is up
  kill
  = deactivating (kill)
  release
  settled start: failed, it was stopped meanwhile
  settled stop: ok
  = inactive (dead)
20s start
  prepare afresh
  = activating (pre-start)
20s up
  spawn
  = activating (start)
  settled start: ok
  = active (running)
30s exit 3
  end-checks
  signal-all SIGTERM
  = deactivating (stop): exit 3
36s empty
  at 35 s its time is up
  kill
  = deactivating (kill): exit 3
  settled start: failed, exit 3
  failure: exit 3
  = activating (auto-restart): exit 3

# kill_mode process: only the main process is told, the others have the time that is left.
unit app.f kill_mode=process stop_timeout=5s
0s start
  prepare afresh
  = activating (pre-start)
0s up
  spawn
  = activating (start)
  settled start: ok
  = active (running)
10s stop
  end-checks
  signal-main SIGTERM
  = deactivating (stop)
11s exit 0
16s empty
  at 15 s its time is up
  kill
  = deactivating (kill)
  release
  settled start: failed, it was stopped meanwhile
  settled stop: ok
  = inactive (dead)

# runtime_max.
unit app.g runtime_max=1m policy=on-abnormal
0s start
  prepare afresh
  = activating (pre-start)
0s up
  spawn
  = activating (start)
  settled start: ok
  = active (running)
61s gone SIGTERM
  at 1 min its time is up
  end-checks
  signal-main SIGTERM
  = deactivating (stop): ran for its runtime_max of 1 min
  kill
  = deactivating (kill): ran for its runtime_max of 1 min
  settled start: failed, ran for its runtime_max of 1 min
  failure: ran for its runtime_max of 1 min
  = activating (auto-restart): ran for its runtime_max of 1 min

# Stop while a pre_start hook runs.
unit app.h pre_start=1 post_stop=1
0s start
  prepare afresh
  = activating (pre-start)
1ms prepared
  spawn pre_start hook 1
2ms hook spawned
1s stop
  end-checks
  kill
  kill
  = deactivating (kill)
2s killed empty
  spawn post_stop hook 1, result stop
  = deactivating (stop)
3s hook spawned
4s hook gone 0
  kill
  release
  settled start: failed, it was stopped meanwhile
  settled stop: ok
  = inactive (dead)

# Stop while the spawn is under way; the signal waits for the program.
unit app.i
0s start
  prepare afresh
  = activating (pre-start)
1ms prepared
  spawn
  = activating (start)
2ms stop
  end-checks
  signal-main SIGTERM
  = deactivating (stop)
3ms spawned
4ms gone SIGTERM
  kill
  = deactivating (kill)
  release
  settled start: failed, it was stopped meanwhile
  settled stop: ok
  = inactive (dead)
10s start
  prepare afresh
  = activating (pre-start)
11s prepared
  spawn
  = activating (start)
12s stop
  end-checks
  signal-main SIGTERM
  = deactivating (stop)
13s unspawned exec /srv/app: no such file or directory
  release
  settled start: failed, it was stopped meanwhile
  settled stop: ok
  = inactive (dead)

# Stop while it is not healthy yet.
unit app.j health=http
0s start
  prepare afresh
  = activating (pre-start)
1ms prepared
  spawn
  = activating (start)
2ms spawned
  watch-checks eagerly
3s stop
  end-checks
  signal-main SIGTERM
  = deactivating (stop)
4s gone SIGTERM
  kill
  = deactivating (kill)
  release
  settled start: failed, it was stopped meanwhile
  settled stop: ok
  = inactive (dead)

# Stop during the reload command.
unit app.k reload=command
0s start
  prepare afresh
  = activating (pre-start)
0s up
  spawn
  = activating (start)
  settled start: ok
  = active (running)
1s reload
  spawn reload hook 1
  = reloading (running)
2s hook spawned
3s stop
  end-checks
  kill
  settled reload: failed, it ended during its reload
  signal-main SIGTERM
  = deactivating (stop)
4s killed gone SIGKILL
5s gone SIGTERM
  kill
  = deactivating (kill)
  release
  settled start: failed, it was stopped meanwhile
  settled stop: ok
  = inactive (dead)

# Stop during backoff: the row of failures is forgotten.
unit app.l listen=127.0.0.1:8001
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
1.5s stop
  release
  = deactivating (stop): exit 3
  settled start: failed, it was stopped meanwhile
  settled stop: ok
  = inactive (dead)
2s start
  prepare afresh
  = activating (pre-start)
2s up
  spawn
  = activating (start)
  settled start: ok
  = active (running)
3s gone 3
  end-checks
  kill
  = deactivating (kill): exit 3
  settled start: failed, exit 3
  failure: exit 3
  = activating (auto-restart): exit 3

# Restart during backoff: listeners stay open, and it does not wait.
unit app.m listen=127.0.0.1:8001
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
1.5s stop restart
  settled start: failed, it was stopped meanwhile
  settled stop: ok
  = inactive (dead)
1.5s start
  prepare afresh
  = activating (pre-start)
1.5s up
  spawn
  = activating (start)
  settled start: ok
  = active (running)

# A start during backoff does not wait either.
unit app.n
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
1.5s start
  prepare afresh
  = activating (pre-start): exit 3
1.5s up
  spawn
  = activating (start): exit 3
  settled start: ok
  = active (running)

# Stop, then stop again, during the post_stop hook.
unit app.o post_stop=1
0s start
  prepare afresh
  = activating (pre-start)
0s up
  spawn
  = activating (start)
  settled start: ok
  = active (running)
1s stop
  end-checks
  signal-main SIGTERM
  = deactivating (stop)
2s gone SIGTERM
  kill
  = deactivating (kill)
  spawn post_stop hook 1, result stop SIGTERM
  = deactivating (stop)
2s hook spawned
3s stop
4s hook gone 1
  kill
  release
  settled start: failed, it was stopped meanwhile
  settled stop: ok
  = inactive (dead)

# Stop while what has crashed is being cleaned up: no restart follows.
unit app.p post_stop=1
0s start
  prepare afresh
  = activating (pre-start)
0s up
  spawn
  = activating (start)
  settled start: ok
  = active (running)
1s exit 3
  end-checks
  kill
  = deactivating (kill): exit 3
1s stop
2s empty
  spawn post_stop hook 1, result exit exit 3
  = deactivating (stop): exit 3
2s hook spawned
3s hook gone 0
  kill
  release
  settled start: failed, it was stopped meanwhile
  settled stop: ok
  = inactive (dead)

# A restart whose start does not come: the listeners are closed.
unit app.q listen=127.0.0.1:8001
0s start
  prepare afresh
  = activating (pre-start)
0s up
  spawn
  = activating (start)
  settled start: ok
  = active (running)
1s stop restart
  end-checks
  signal-main SIGTERM
  = deactivating (stop)
2s gone SIGTERM
  kill
  = deactivating (kill)
  settled start: failed, it was stopped meanwhile
  settled stop: ok
  = inactive (dead)
3s blocked requires app.db, which failed: exit 3
  release
  = failed (dependency): requires app.db, which failed: exit 3

# Stop while listeners are being opened, which never comes to its end.
unit app.r start_timeout=5s listen=127.0.0.1:8001
0s start
  prepare afresh
  = activating (pre-start)
1s stop
  = deactivating (stop)
6s wait
  at 5 s its time is up
  release
  settled start: failed, it was stopped meanwhile
  settled stop: ok
  = inactive (dead)
