# forking: the first process ends well, a child of it is found, and is the main process from then on.
unit app.a type=forking pid_file=/run/a.pid post_start=1 watchdog=30s
0s start
  prepare afresh
  = activating (pre-start)
0s up
  spawn
  = activating (start)
1s exit 0
  find-main
2s found 4712
  spawn post_start hook 1
2s hook spawned
2s hook gone 0
  kill
  settled start: ok
  = active (running)
20s says WATCHDOG=1
30s gone 3
  end-checks
  kill
  = deactivating (kill): exit 3
  settled start: failed, exit 3
  failure: exit 3
  = activating (auto-restart): exit 3

# it fails before it forks; it leaves nothing behind.
unit app.b type=forking policy=no
0s start
  prepare afresh
  = activating (pre-start)
0s up
  spawn
  = activating (start)
1s gone 1
  end-checks
  kill
  = deactivating (kill): exit 1
  failure: exit 1
  release
  settled start: failed, exit 1
  ended: failed, exit 1
  = failed (exit): exit 1
10s start
  prepare afresh
  = activating (pre-start)
10s up
  spawn
  = activating (start)
11s exit 0
  find-main
12s empty
  end-checks
  failure: it left no process behind
  release
  settled start: failed, it left no process behind
  ended: failed, it left no process behind
  = failed (exit): it left no process behind

# no main process is found: all of it is told to end.
unit app.c type=forking pid_file=/run/c.pid start_timeout=10s policy=no
0s start
  prepare afresh
  = activating (pre-start)
0s up
  spawn
  = activating (start)
1s exit 0
  find-main
11s empty
  at 10 s its time is up
  end-checks
  signal-all SIGTERM
  = deactivating (stop): not ready within 10 s: /run/c.pid names no process of it
  failure: not ready within 10 s: /run/c.pid names no process of it
  release
  settled start: failed, not ready within 10 s: /run/c.pid names no process of it
  ended: failed, not ready within 10 s: /run/c.pid names no process of it
  = failed (timeout): not ready within 10 s: /run/c.pid names no process of it
unit app.d type=forking start_timeout=10s policy=no
0s start
  prepare afresh
  = activating (pre-start)
0s up
  spawn
  = activating (start)
1s exit 0
  find-main
26s empty
  at 10 s its time is up
  end-checks
  signal-all SIGTERM
  = deactivating (stop): not ready within 10 s: its processes come and go, and no pid_file says which is the main one
  at 25 s its time is up
  kill
  = deactivating (kill): not ready within 10 s: its processes come and go, and no pid_file says which is the main one
  failure: not ready within 10 s: its processes come and go, and no pid_file says which is the main one
  release
  settled start: failed, not ready within 10 s: its processes come and go, and no pid_file says which is the main one
  ended: failed, not ready within 10 s: its processes come and go, and no pid_file says which is the main one
  = failed (timeout): not ready within 10 s: its processes come and go, and no pid_file says which is the main one

# stopped before, and while, the main process is looked for; found too late.
unit app.e type=forking
0s start
  prepare afresh
  = activating (pre-start)
0s up
  spawn
  = activating (start)
1s stop
  end-checks
  signal-main SIGTERM
  = deactivating (stop)
2s gone SIGTERM
  kill
  = deactivating (kill)
  release
  settled start: failed, it was stopped meanwhile
  settled stop: ok
  = inactive (dead)
10s start
  prepare afresh
  = activating (pre-start)
10s up
  spawn
  = activating (start)
11s exit 0
  find-main
12s stop
  end-checks
  signal-all SIGTERM
  = deactivating (stop)
13s found 4712
14s gone SIGTERM
  kill
  = deactivating (kill)
  release
  settled start: failed, it was stopped meanwhile
  settled stop: ok
  = inactive (dead)

# none of the processes that it leaves is the main one: all are told to stop, and it runs until the last has ended.
unit app.e type=forking policy=on-failure reload=SIGHUP
0s start
  prepare afresh
  = activating (pre-start)
0s up
  spawn
  = activating (start)
1s exit 0
  find-main
2s found 0
  settled start: ok
  = active (running)
3s reload
  settled reload: failed, its main process is not known; give it a pid_file
4s stop
  end-checks
  signal-all SIGTERM
  = deactivating (stop)
5s empty
  release
  settled start: failed, it was stopped meanwhile
  settled stop: ok
  = inactive (dead)
6s start
  prepare afresh
  = activating (pre-start)
6s up
  spawn
  = activating (start)
7s exit 0
  find-main
8s found 0
  settled start: ok
  = active (running)
9s empty
  end-checks
  release
  settled start: ok
  ended: ok
  = inactive (dead)
10s start
  prepare afresh
  = activating (pre-start)
10s up
  spawn
  = activating (start)
11s exit 0
  find-main
12s found 0
  settled start: ok
  = active (running)
13s says MAINPID=4713
14s reload
  signal-main SIGHUP
  settled reload: ok
15s gone 1
  end-checks
  kill
  = deactivating (kill): exit 1
  settled start: failed, exit 1
  failure: exit 1
  = activating (auto-restart): exit 1

# the pid file is written by post_start: that does not wait for the main process, and the start does.
unit app.f type=forking pid_file=/run/f.pid post_start=1 health=http policy=no start_timeout=10s
0s start
  prepare afresh
  = activating (pre-start)
0s prepared
  spawn
  = activating (start)
0s spawned
1s exit 0
  find-main
2s unnamed
  watch-checks eagerly
3s passes http
  spawn post_start hook 1
3s hook spawned
4s hook gone 0
  kill
5s found 4712
  settled start: ok
  = active (running)
6s gone 3
  end-checks
  kill
  = deactivating (kill): exit 3
  failure: exit 3
  release
  settled start: failed, exit 3
  ended: failed, exit 3
  = failed (exit): exit 3

# it is named while post_start runs; post_start does not write it either.
unit app.g type=forking pid_file=/run/g.pid post_start=1 policy=no start_timeout=10s
0s start
  prepare afresh
  = activating (pre-start)
0s up
  spawn
  = activating (start)
1s exit 0
  find-main
2s unnamed
  spawn post_start hook 1
2s hook spawned
3s found 4712
4s hook gone 0
  kill
  settled start: ok
  = active (running)
5s stop
  end-checks
  signal-main SIGTERM
  = deactivating (stop)
5s gone SIGTERM
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
21s exit 0
  find-main
22s unnamed
  spawn post_start hook 1
22s hook spawned
23s hook gone 0
  kill
31s empty
  at 30 s its time is up
  end-checks
  signal-all SIGTERM
  = deactivating (stop): not ready within 10 s: /run/g.pid names no process of it
  failure: not ready within 10 s: /run/g.pid names no process of it
  release
  settled start: failed, not ready within 10 s: /run/g.pid names no process of it
  ended: failed, not ready within 10 s: /run/g.pid names no process of it
  = failed (timeout): not ready within 10 s: /run/g.pid names no process of it

# without post_start nothing else can name it than the program.
unit app.h type=forking pid_file=/run/h.pid
0s start
  prepare afresh
  = activating (pre-start)
0s up
  spawn
  = activating (start)
1s exit 0
  find-main
2s unnamed
3s found 4712
  settled start: ok
  = active (running)
