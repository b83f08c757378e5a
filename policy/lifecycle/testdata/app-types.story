# exec: up when the program was executed. A start that fails is told with its reason.
unit app.a type=exec
0s start
  prepare afresh
  = activating (pre-start)
1ms prepared
  spawn
  = activating (start)
2ms unspawned exec /srv/app: permission denied
  settled start: failed, exec /srv/app: permission denied
  failure: exec /srv/app: permission denied
  = activating (auto-restart): exec /srv/app: permission denied
3s wait
  at 1 s its time is up
  prepare
  = activating (pre-start): exec /srv/app: permission denied

# notify: READY=1 counts, also where it is read before the spawn is known; READY=1 again changes nothing.
unit app.b type=notify start_timeout=10s runtime_max=1h
0s start
  prepare afresh
  = activating (pre-start)
1ms prepared
  spawn
  = activating (start)
2ms ready
  settled start: ok
  = active (running)
3ms spawned
4ms says STATUS=busy
5ms ready
2h wait
  at 1 h its time is up
  end-checks
  signal-main SIGTERM
  = deactivating (stop): ran for its runtime_max of 1 h
  at 1 h 15 s its time is up
  kill
  = deactivating (kill): ran for its runtime_max of 1 h
  at 1 h 25 s its time is up
  settled start: failed, SIGKILL did not end its processes
  failure: SIGKILL did not end its processes
  release
  ended: failed, SIGKILL did not end its processes
  = failed (abandoned): SIGKILL did not end its processes

# notify: no READY=1 in time.
unit app.c type=notify start_timeout=10s policy=no
0s start
  prepare afresh
  = activating (pre-start)
1ms prepared
  spawn
  = activating (start)
2ms spawned
11s gone SIGTERM
  at 10 s its time is up
  end-checks
  signal-main SIGTERM
  = deactivating (stop): not ready within 10 s: it sent no READY=1
  kill
  = deactivating (kill): not ready within 10 s: it sent no READY=1
  failure: not ready within 10 s: it sent no READY=1
  release
  settled start: failed, not ready within 10 s: it sent no READY=1
  ended: failed, not ready within 10 s: it sent no READY=1
  = failed (timeout): not ready within 10 s: it sent no READY=1

# oneshot: it has started when it has ended well; what it left behind ends first.
unit app.d type=oneshot post_start=1 post_stop=1
0s start
  prepare afresh
  = activating (pre-start)
1ms prepared
  spawn
  = activating (start)
2ms spawned
5s exit 0
  end-checks
  kill
  = deactivating (kill)
5.1s empty
  spawn post_start hook 1
  = activating (start)
5.2s hook spawned
5.3s hook gone 0
  kill
  spawn post_stop hook 1, result clean exit 0
  = deactivating (stop)
5.4s hook spawned
5.5s hook gone 0
  kill
  release
  settled start: ok
  ended: ok
  = inactive (dead)

# oneshot that remains active; its pre_stop hooks undo it.
unit app.e type=oneshot remain pre_stop=1 post_start=1
0s start
  prepare afresh
  = activating (pre-start)
1ms prepared
  spawn
  = activating (start)
2ms spawned
5s gone 0
  end-checks
  kill
  = deactivating (kill)
  spawn post_start hook 1
  = activating (start)
6s hook spawned
6s hook gone 0
  kill
  settled start: ok
  ended: ok
  = active (exited)
10s start
  settled start: ok
1h stop
  end-checks
  spawn pre_stop hook 1
  = deactivating (stop)
1h0m1s hook spawned
1h0m1s hook gone 0
  kill
  release
  settled start: failed, it was stopped meanwhile
  settled stop: ok
  = inactive (dead)

# oneshot that fails, or is killed, which is no success of it.
unit app.f type=oneshot
0s start
  prepare afresh
  = activating (pre-start)
0s up
  spawn
  = activating (start)
5s gone 3
  end-checks
  kill
  = deactivating (kill): exit 3
  failure: exit 3
  release
  settled start: failed, exit 3
  ended: failed, exit 3
  = failed (exit): exit 3
10s start
  prepare afresh
  = activating (pre-start)
10s up
  spawn
  = activating (start)
15s gone SIGTERM
  end-checks
  kill
  = deactivating (kill): SIGTERM
  failure: SIGTERM
  release
  settled start: failed, SIGTERM
  ended: failed, SIGTERM
  = failed (signal): SIGTERM

# oneshot with on-failure: another attempt, which succeeds.
unit app.g type=oneshot policy=on-failure
0s start
  prepare afresh
  = activating (pre-start)
0s up
  spawn
  = activating (start)
5s gone 3
  end-checks
  kill
  = deactivating (kill): exit 3
  settled start: failed, exit 3
  failure: exit 3
  = activating (auto-restart): exit 3
7s up
  at 6 s its time is up
  prepare
  = activating (pre-start): exit 3
  spawn
  = activating (start): exit 3
  = activating (start)
8s gone 0
  end-checks
  kill
  = deactivating (kill)
  release
  settled start: ok
  ended: ok
  = inactive (dead)

# oneshot that takes too long.
unit app.h type=oneshot start_timeout=10s
0s start
  prepare afresh
  = activating (pre-start)
0s up
  spawn
  = activating (start)
11s gone SIGTERM
  at 10 s its time is up
  end-checks
  signal-main SIGTERM
  = deactivating (stop): still running after 10 s
  kill
  = deactivating (kill): still running after 10 s
  failure: still running after 10 s
  release
  settled start: failed, still running after 10 s
  ended: failed, still running after 10 s
  = failed (timeout): still running after 10 s

# stopped while it works, and in the moment after it has ended well.
unit app.i type=oneshot post_start=1 post_stop=1
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
  spawn post_stop hook 1, result stop SIGTERM
  = deactivating (stop)
2s hook spawned
2s hook gone 0
  kill
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
  end-checks
  kill
  = deactivating (kill)
11.1s stop
11.2s empty
  spawn post_stop hook 1, result clean exit 0
  = deactivating (stop)
11.2s hook spawned
11.3s hook gone 0
  kill
  release
  settled start: failed, it was stopped meanwhile
  settled stop: ok
  = inactive (dead)

# runtime_max counts from when it is ready, as RuntimeMaxSec= of systemd.service(5) does.
unit app.i type=notify start_timeout=90s runtime_max=10s policy=no
0s start
  prepare afresh
  = activating (pre-start)
0s prepared
  spawn
  = activating (start)
0s spawned
20s ready
  settled start: ok
  = active (running)
29s wait
31s gone SIGTERM
  at 30 s its time is up
  end-checks
  signal-main SIGTERM
  = deactivating (stop): ran for its runtime_max of 10 s
  kill
  = deactivating (kill): ran for its runtime_max of 10 s
  failure: ran for its runtime_max of 10 s
  release
  settled start: failed, ran for its runtime_max of 10 s
  ended: failed, ran for its runtime_max of 10 s
  = failed (timeout): ran for its runtime_max of 10 s
