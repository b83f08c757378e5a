# All hooks, in order, the program between them.
unit app.a pre_start=2 post_start=1 pre_stop=1 post_stop=1
0s start
  prepare afresh
  = activating (pre-start)
1ms prepared
  spawn pre_start hook 1
2ms hook spawned
3ms hook gone 0
  kill
  spawn pre_start hook 2
4ms hook spawned
5ms hook gone 0
  kill
  spawn
  = activating (start)
6ms spawned
  spawn post_start hook 1
7ms hook spawned
8ms hook gone 0
  kill
  settled start: ok
  = active (running)
1m stop
  end-checks
  spawn pre_stop hook 1
  = deactivating (stop)
61s hook spawned
62s hook gone 0
  kill
  signal-main SIGTERM
63s gone SIGTERM
  kill
  = deactivating (kill)
  spawn post_stop hook 1, result stop SIGTERM
  = deactivating (stop)
64s hook spawned
65s hook gone 0
  kill
  release
  settled start: failed, it was stopped meanwhile
  settled stop: ok
  = inactive (dead)

# A failing pre_start fails the start; post_stop hooks run all the same.
unit app.b pre_start=2 post_stop=1 policy=no
0s start
  prepare afresh
  = activating (pre-start)
1ms prepared
  spawn pre_start hook 1
2ms hook spawned
3ms hook gone 1
  kill
  spawn post_stop hook 1, result exit
  = deactivating (stop): pre_start hook 1: exit 1
4ms hook spawned
5ms hook gone 0
  kill
  failure: pre_start hook 1: exit 1
  release
  settled start: failed, pre_start hook 1: exit 1
  ended: failed, pre_start hook 1: exit 1
  = failed (start): pre_start hook 1: exit 1

# A pre_start hook that cannot be executed.
unit app.c pre_start=1 policy=no
0s start
  prepare afresh
  = activating (pre-start)
1ms prepared
  spawn pre_start hook 1
2ms hook unspawned exec /srv/hook: no such file or directory
  failure: pre_start hook 1: exec /srv/hook: no such file or directory
  release
  settled start: failed, pre_start hook 1: exec /srv/hook: no such file or directory
  ended: failed, pre_start hook 1: exec /srv/hook: no such file or directory
  = failed (start): pre_start hook 1: exec /srv/hook: no such file or directory

# A failing post_start ends the program.
unit app.d post_start=1 policy=no
0s start
  prepare afresh
  = activating (pre-start)
1ms prepared
  spawn
  = activating (start)
2ms spawned
  spawn post_start hook 1
3ms hook spawned
4ms hook gone SIGSEGV core
  kill
  end-checks
  signal-main SIGTERM
  = deactivating (stop): post_start hook 1: SIGSEGV (core dumped)
5s gone SIGTERM
  kill
  = deactivating (kill): post_start hook 1: SIGSEGV (core dumped)
  failure: post_start hook 1: SIGSEGV (core dumped)
  release
  settled start: failed, post_start hook 1: SIGSEGV (core dumped)
  ended: failed, post_start hook 1: SIGSEGV (core dumped)
  = failed (exit): post_start hook 1: SIGSEGV (core dumped)

# The program ends while a post_start hook runs: the hook is killed, and waited for.
unit app.e post_start=1 post_stop=1
0s start
  prepare afresh
  = activating (pre-start)
1ms prepared
  spawn
  = activating (start)
2ms spawned
  spawn post_start hook 1
3ms hook spawned
1s gone 3
  end-checks
  kill
  kill
  = deactivating (kill): exit 3
  kill
2s killed empty
  spawn post_stop hook 1, result exit exit 3
  = deactivating (stop): exit 3
3s hook spawned
4s hook gone 0
  kill
  settled start: failed, exit 3
  failure: exit 3
  = activating (auto-restart): exit 3

# The program and its init are killed while a post_start hook runs.
unit app.f post_start=1
0s start
  prepare afresh
  = activating (pre-start)
1ms prepared
  spawn
  = activating (start)
2ms spawned
  spawn post_start hook 1
3ms hook spawned
1s empty
  end-checks
  kill
  kill
  = deactivating (kill): it and its init were killed
2s killed gone SIGKILL
  settled start: failed, it and its init were killed
  failure: it and its init were killed
  prepare
  = activating (pre-start): it and its init were killed

# A pre_start hook hangs: the start times out.
unit app.g pre_start=1 start_timeout=10s policy=no
0s start
  prepare afresh
  = activating (pre-start)
1ms prepared
  spawn pre_start hook 1
2ms hook spawned
11s killed empty
  at 10 s its time is up
  end-checks
  kill
  kill
  = deactivating (kill): not ready within 10 s: pre_start hook 1 still runs
  failure: not ready within 10 s: pre_start hook 1 still runs
  release
  settled start: failed, not ready within 10 s: pre_start hook 1 still runs
  ended: failed, not ready within 10 s: pre_start hook 1 still runs
  = failed (timeout): not ready within 10 s: pre_start hook 1 still runs

# A pre_stop hook fails, another hangs; the stop goes on.
unit app.h pre_stop=2 post_stop=1 stop_timeout=5s
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
  spawn pre_stop hook 1
  = deactivating (stop)
10s hook spawned
11s hook gone 7
  kill
  spawn pre_stop hook 2
  = deactivating (stop): pre_stop hook 1: exit 7
11s hook spawned
16s killed empty
  at 15 s its time is up
  kill
  signal-main SIGTERM
17s gone SIGTERM
  kill
  = deactivating (kill): pre_stop hook 1: exit 7
  spawn post_stop hook 1, result stop SIGTERM
  = deactivating (stop): pre_stop hook 1: exit 7
17s hook spawned
23s killed empty
  at 22 s its time is up
  kill
  = deactivating (kill): pre_stop hook 1: exit 7
  release
  settled start: failed, it was stopped meanwhile
  settled stop: ok
  = inactive (dead)

# The program ends while its pre_stop hook runs.
unit app.i pre_stop=1
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
  spawn pre_stop hook 1
  = deactivating (stop)
10s hook spawned
11s exit 0
12s empty
13s hook gone 0
  kill
  release
  settled start: failed, it was stopped meanwhile
  settled stop: ok
  = inactive (dead)

# The status of a hook is lost with its init.
unit app.j pre_start=1 policy=no
0s start
  prepare afresh
  = activating (pre-start)
1ms prepared
  spawn pre_start hook 1
2ms hook spawned
3ms hook empty
  failure: pre_start hook 1: SIGKILL
  release
  settled start: failed, pre_start hook 1: SIGKILL
  ended: failed, pre_start hook 1: SIGKILL
  = failed (start): pre_start hook 1: SIGKILL

# A hook that SIGKILL does not end: the unit is abandoned, and stopped once that is gone.
unit app.k pre_stop=1
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
  spawn pre_stop hook 1
  = deactivating (stop)
10s hook spawned
11s wait
26s gone SIGTERM
  at 25 s its time is up
  kill
  signal-main SIGTERM
  kill
  = deactivating (kill)
  kill
34s killed left 99
  settled start: failed, SIGKILL did not end pid 99
  settled stop: failed, SIGKILL did not end pid 99
  release
  ended: failed, SIGKILL did not end pid 99
  = failed (abandoned): SIGKILL did not end pid 99
35s start
  settled start: failed, SIGKILL did not end pid 99
40s killed empty
  = inactive (dead)
41s start
  prepare afresh
  = activating (pre-start)

# What a pre_stop hook has left behind cannot be killed: the program is stopped all the same.
unit app.l pre_stop=1 post_stop=1
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
  spawn pre_stop hook 1
  = deactivating (stop)
10s hook spawned
11s hook exit 0
  kill
19s hook left 99
  signal-main SIGTERM
  = deactivating (stop): pre_stop hook 1: SIGKILL did not end pid 99
20s gone SIGTERM
  kill
  = deactivating (kill): pre_stop hook 1: SIGKILL did not end pid 99
  kill
28s killed left 99
  settled start: failed, SIGKILL did not end pid 99
  settled stop: failed, SIGKILL did not end pid 99
  release
  ended: failed, SIGKILL did not end pid 99
  = failed (abandoned): SIGKILL did not end pid 99
40s killed empty
  = inactive (dead)

# So it is with a post_stop hook.
unit app.m post_stop=1
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
11s gone SIGTERM
  kill
  = deactivating (kill)
  spawn post_stop hook 1, result stop SIGTERM
  = deactivating (stop)
11s hook spawned
12s hook exit 0
  kill
20s hook left 99
  = deactivating (kill): post_stop hook 1: SIGKILL did not end pid 99
21s killed empty
  release
  settled start: failed, it was stopped meanwhile
  settled stop: ok
  = inactive (dead)

# That the program runs may be told twice, as after the death of a manager: its post_start hooks run once.
unit app.told post_start=1
0s start
  prepare afresh
  = activating (pre-start)
1ms prepared
  spawn
  = activating (start)
2ms spawned
  spawn post_start hook 1
3ms spawned
4ms hook spawned
5ms spawned
6ms hook gone 0
  kill
  settled start: ok
  = active (running)
