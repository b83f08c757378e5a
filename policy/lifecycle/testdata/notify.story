# EXTEND_TIMEOUT_USEC while it starts: the start may take until then, and no longer.
unit app.a type=notify start_timeout=10s policy=no
0s start
  prepare afresh
  = activating (pre-start)
0s up
  spawn
  = activating (start)
5s says EXTEND_TIMEOUT_USEC=2s
8s says EXTEND_TIMEOUT_USEC=10s
17s says EXTEND_TIMEOUT_USEC=10s
26s ready
  settled start: ok
  = active (running)
1m stop
  end-checks
  signal-main SIGTERM
  = deactivating (stop)
1m14s says EXTEND_TIMEOUT_USEC=10s
1m23s says EXTEND_TIMEOUT_USEC=10s
1m34s gone SIGKILL
  at 1 min 33 s its time is up
  kill
  = deactivating (kill): SIGTERM did not end it within 15 s and the time that it asked for; killed
  release
  settled start: failed, it was stopped meanwhile
  settled stop: ok
  = inactive (dead)
2m start
  prepare afresh
  = activating (pre-start)
2m up
  spawn
  = activating (start)
2m5s says EXTEND_TIMEOUT_USEC=10s
2m16s gone SIGTERM
  at 2 min 15 s its time is up
  end-checks
  signal-main SIGTERM
  = deactivating (stop): not ready within 10 s and the time that it asked for: it sent no READY=1
  kill
  = deactivating (kill): not ready within 10 s and the time that it asked for: it sent no READY=1
  failure: not ready within 10 s and the time that it asked for: it sent no READY=1
  release
  settled start: failed, not ready within 10 s and the time that it asked for: it sent no READY=1
  ended: failed, not ready within 10 s and the time that it asked for: it sent no READY=1
  = failed (timeout): not ready within 10 s and the time that it asked for: it sent no READY=1

# while it runs it extends runtime_max and the watchdog; what has no limit gets none.
unit app.b runtime_max=1m watchdog=30s
0s start
  prepare afresh
  = activating (pre-start)
0s up
  spawn
  = activating (start)
  settled start: ok
  = active (running)
25s says EXTEND_TIMEOUT_USEC=50s
1m10s says WATCHDOG=1
1m11s says EXTEND_TIMEOUT_USEC=20s
1m32s wait
  at 1 min 31 s its time is up
  end-checks
  signal-main SIGTERM
  = deactivating (stop): ran for its runtime_max of 1 min
unit app.c
0s start
  prepare afresh
  = activating (pre-start)
0s up
  spawn
  = activating (start)
  settled start: ok
  = active (running)
1s says EXTEND_TIMEOUT_USEC=1s
1h wait

# STOPPING=1: it leaves by itself, and is restarted as its exit tells.
unit app.d pre_stop=1 post_stop=1
0s start
  prepare afresh
  = activating (pre-start)
0s up
  spawn
  = activating (start)
  settled start: ok
  = active (running)
5s says STOPPING=1
  end-checks
  = deactivating (stop)
5s says STATUS=bye
6s gone 0
  kill
  = deactivating (kill): exit 0
  spawn post_stop hook 1, result clean exit 0
  = deactivating (stop): exit 0
6s hook spawned
6s hook gone 0
  kill
  settled start: failed, exit 0
  = activating (auto-restart): exit 0

# STOPPING=1, but it does not end; a stop meanwhile finds it stopping.
unit app.e policy=no
0s start
  prepare afresh
  = activating (pre-start)
0s up
  spawn
  = activating (start)
  settled start: ok
  = active (running)
5s says STOPPING=1
  end-checks
  = deactivating (stop)
21s gone SIGKILL
  at 20 s its time is up
  kill
  = deactivating (kill): it sent STOPPING=1 and did not end within 15 s
  failure: it sent STOPPING=1 and did not end within 15 s
  release
  settled start: failed, it sent STOPPING=1 and did not end within 15 s
  ended: failed, it sent STOPPING=1 and did not end within 15 s
  = failed (timeout): it sent STOPPING=1 and did not end within 15 s
30s start
  prepare afresh
  = activating (pre-start)
30s up
  spawn
  = activating (start)
  settled start: ok
  = active (running)
31s says STOPPING=1
  end-checks
  = deactivating (stop)
32s stop
33s gone 0
  kill
  = deactivating (kill): exit 0
  release
  settled start: failed, it was stopped meanwhile
  settled stop: ok
  = inactive (dead)

# STOPPING=1 during a reload, and before it is ready.
unit app.f reload=command policy=no kill_mode=control-group
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
1s hook spawned
2s says STOPPING=1
  end-checks
  kill
  settled reload: failed, it ended during its reload
  = deactivating (stop)
3s exit 0
  signal-all SIGTERM
  = deactivating (stop): exit 0
4s empty
  kill
  = deactivating (kill): exit 0
4s killed gone SIGKILL
  release
  settled start: ok
  ended: ok
  = inactive (dead)
unit app.g type=notify policy=no
0s start
  prepare afresh
  = activating (pre-start)
0s up
  spawn
  = activating (start)
1s says STOPPING=1
2s gone 0
  end-checks
  kill
  = deactivating (kill): exit 0 before it was ready
  failure: exit 0 before it was ready
  release
  settled start: failed, exit 0 before it was ready
  ended: failed, exit 0 before it was ready
  = failed (exit): exit 0 before it was ready

# RESTART_RESET=1: the next failure is the first in a row again. ERRNO and EXIT_STATUS decide nothing.
unit app.h
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
3s up
  at 2 s its time is up
  prepare
  = activating (pre-start): exit 3
  spawn
  = activating (start): exit 3
  settled start: ok
  = active (running)
4s gone 3
  end-checks
  kill
  = deactivating (kill): exit 3
  settled start: failed, exit 3, 2nd in a row
  failure: exit 3, 2nd in a row
  = activating (auto-restart): exit 3, 2nd in a row
7s up
  at 6 s its time is up
  prepare
  = activating (pre-start): exit 3, 2nd in a row
  spawn
  = activating (start): exit 3, 2nd in a row
  settled start: ok
  = active (running)
8s says RESTART_RESET=1
8s says ERRNO=2
8s says EXIT_STATUS=3
9s gone 3
  end-checks
  kill
  = deactivating (kill): exit 3
  settled start: failed, exit 3
  failure: exit 3
  = activating (auto-restart): exit 3

# BARRIER=1 passes in whatever state its unit is, since what came before it has been taken in.
unit app.i
0s start
  prepare afresh
  = activating (pre-start)
0s up
  spawn
  = activating (start)
  settled start: ok
  = active (running)
1s barrier 7
  pass 7
1s stop
  end-checks
  signal-main SIGTERM
  = deactivating (stop)
1s barrier 8
  pass 8

# ready_fd: started by a newline there, which comes as a notice; without one the start times out.
unit app.j ready_fd=3 start_timeout=10s policy=no
0s start
  prepare afresh
  = activating (pre-start)
0s up
  spawn
  = activating (start)
1s ready
  settled start: ok
  = active (running)
1m stop
  end-checks
  signal-main SIGTERM
  = deactivating (stop)
1m gone SIGTERM
  kill
  = deactivating (kill)
  release
  settled start: failed, it was stopped meanwhile
  settled stop: ok
  = inactive (dead)
2m start
  prepare afresh
  = activating (pre-start)
2m up
  spawn
  = activating (start)
2m11s gone SIGTERM
  at 2 min 10 s its time is up
  end-checks
  signal-main SIGTERM
  = deactivating (stop): not ready within 10 s: it wrote no newline to fd 3
  kill
  = deactivating (kill): not ready within 10 s: it wrote no newline to fd 3
  failure: not ready within 10 s: it wrote no newline to fd 3
  release
  settled start: failed, not ready within 10 s: it wrote no newline to fd 3
  ended: failed, not ready within 10 s: it wrote no newline to fd 3
  = failed (timeout): not ready within 10 s: it wrote no newline to fd 3
