# watchdog: counted once ready; each WATCHDOG=1 begins it anew; a missing one ends it by SIGABRT, then SIGKILL.
unit app.a type=notify watchdog=30s start_timeout=2m
0s start
  prepare afresh
  = activating (pre-start)
0s prepared
  spawn
  = activating (start)
0s spawned
10s says WATCHDOG=1
1m says READY=1
  settled start: ok
  = active (running)
1m20s says WATCHDOG=1
1m49s says STATUS=busy
3m wait
  at 1 min 50 s its time is up
  end-checks
  signal-main SIGABRT
  = deactivating (stop): it sent no WATCHDOG=1 within 30 s
  at 2 min 5 s its time is up
  kill
  = deactivating (kill): it sent no WATCHDOG=1 within 30 s
  at 2 min 15 s its time is up
  settled start: failed, SIGKILL did not end its processes
  failure: SIGKILL did not end its processes
  release
  ended: failed, SIGKILL did not end its processes
  = failed (abandoned): SIGKILL did not end its processes
3m1s stop
  settled stop: failed, SIGKILL did not end its processes
3m20s empty
  = inactive (dead)

# it ends by SIGABRT: the reason is the watchdog, and the restart is immediate.
unit app.b watchdog=30s
0s start
  prepare afresh
  = activating (pre-start)
0s up
  spawn
  = activating (start)
  settled start: ok
  = active (running)
31s gone SIGABRT core
  at 30 s its time is up
  end-checks
  signal-main SIGABRT
  = deactivating (stop): it sent no WATCHDOG=1 within 30 s
  kill
  = deactivating (kill): it sent no WATCHDOG=1 within 30 s
  settled start: failed, it sent no WATCHDOG=1 within 30 s
  failure: it sent no WATCHDOG=1 within 30 s
  prepare
  = activating (pre-start): it sent no WATCHDOG=1 within 30 s
32s up
  spawn
  = activating (start): it sent no WATCHDOG=1 within 30 s
  settled start: ok
  = active (running)
2m stop
  at 1 min 2 s its time is up
  end-checks
  signal-main SIGABRT
  = deactivating (stop): it sent no WATCHDOG=1 within 30 s
  at 1 min 17 s its time is up
  kill
  = deactivating (kill): it sent no WATCHDOG=1 within 30 s
  at 1 min 27 s its time is up
  settled start: failed, SIGKILL did not end its processes
  failure: SIGKILL did not end its processes
  release
  ended: failed, SIGKILL did not end its processes
  = failed (abandoned): SIGKILL did not end its processes
  settled stop: failed, SIGKILL did not end its processes

# It may change the interval, end it, begin one that its unit file does not give, and say that it hangs.
unit app.c watchdog=30s
0s start
  prepare afresh
  = activating (pre-start)
0s up
  spawn
  = activating (start)
  settled start: ok
  = active (running)
1s says WATCHDOG_USEC=5s
4s says WATCHDOG=1
5s says WATCHDOG_USEC=0s
1h says WATCHDOG_USEC=1m
1h30s says WATCHDOG=trigger
  end-checks
  signal-main SIGABRT
  = deactivating (stop): it sent WATCHDOG=trigger
1h31s says WATCHDOG=trigger
1h31s gone SIGABRT
  kill
  = deactivating (kill): it sent WATCHDOG=trigger
  settled start: failed, it sent WATCHDOG=trigger
  failure: it sent WATCHDOG=trigger
  prepare
  = activating (pre-start): it sent WATCHDOG=trigger

# WATCHDOG=trigger before it is ready ends it too; what is told to stop is not watched any more.
unit app.d type=notify watchdog=30s policy=no
0s start
  prepare afresh
  = activating (pre-start)
0s up
  spawn
  = activating (start)
1s says WATCHDOG=trigger
  end-checks
  signal-main SIGABRT
  = deactivating (stop): it sent WATCHDOG=trigger
2s gone SIGABRT
  kill
  = deactivating (kill): it sent WATCHDOG=trigger
  failure: it sent WATCHDOG=trigger
  release
  settled start: failed, it sent WATCHDOG=trigger
  ended: failed, it sent WATCHDOG=trigger
  = failed (watchdog): it sent WATCHDOG=trigger
10s start
  prepare afresh
  = activating (pre-start)
10s up
  spawn
  = activating (start)
11s ready
  settled start: ok
  = active (running)
12s stop
  end-checks
  signal-main SIGTERM
  = deactivating (stop)
13s says WATCHDOG=trigger
14s gone 0
  kill
  = deactivating (kill)
  release
  settled start: failed, it was stopped meanwhile
  settled stop: ok
  = inactive (dead)

# the first of several deadlines counts: watchdog, runtime_max, reload.
unit app.e watchdog=10s runtime_max=1m reload=command start_timeout=5s
0s start
  prepare afresh
  = activating (pre-start)
0s up
  spawn
  = activating (start)
  settled start: ok
  = active (running)
8s says WATCHDOG=1
9s reload
  spawn reload hook 1
  = reloading (running)
9s hook spawned
15s says WATCHDOG=1
  at 14 s its time is up
  kill
  settled reload: failed, reload command: still running after 5 s
  = active (running): reload command: still running after 5 s
24s says WATCHDOG=1
33s says WATCHDOG=1
42s says WATCHDOG=1
51s says WATCHDOG=1
59s says WATCHDOG=1
1m1s wait
  at 1 min its time is up
  end-checks
  signal-main SIGTERM
  = deactivating (stop): ran for its runtime_max of 1 min

# with kill_mode control-group all are aborted; a worker of a pool is replaced alone.
unit app.f watchdog=10s kill_mode=control-group
0s start
  prepare afresh
  = activating (pre-start)
0s up
  spawn
  = activating (start)
  settled start: ok
  = active (running)
11s wait
  at 10 s its time is up
  end-checks
  signal-all SIGABRT
  = deactivating (stop): it sent no WATCHDOG=1 within 10 s
unit pool.g workers=2 watchdog=10s
0s start
  prepare 3 slots of 127.0.0.1:8001
  = activating (start)
0s prepared
  #1 prepare afresh
  #2 prepare afresh
  steer [0 1]
  #1 (worker 1, slot 0, generation 1) serving activating (pre-start)
  #2 (worker 2, slot 1, generation 1) serving activating (pre-start)
0s #1 up
  #1 spawn
  #1 (worker 1, slot 0, generation 1) serving activating (start)
  steer [0]
  settled start: ok
  #1 (worker 1, slot 0, generation 1) serving active (running)
  = active (degraded)
0s #2 up
  #2 spawn
  #2 (worker 2, slot 1, generation 1) serving activating (start)
  steer [0 1]
  #2 (worker 2, slot 1, generation 1) serving active (running)
  = active (running)
9s #2 says WATCHDOG=1
11s #1 gone SIGABRT
  at 10 s its time is up
  #1 end-checks
  #1 signal-main SIGABRT
  steer [1]
  #1 (worker 1, slot 0, generation 1) serving deactivating (stop): it sent no WATCHDOG=1 within 10 s
  = active (degraded): worker 1: it sent no WATCHDOG=1 within 10 s
  #1 kill
  #1 (worker 1, slot 0, generation 1) serving deactivating (kill): it sent no WATCHDOG=1 within 10 s
  #1 prepare
  #1 (worker 1, slot 0, generation 1) serving activating (pre-start): it sent no WATCHDOG=1 within 10 s
