# A health check gates readiness; later failures restart, the ill program having a second to end.
unit app.a health=http:failures=2 stop_timeout=15s
0s start
  prepare afresh
  = activating (pre-start)
1ms prepared
  spawn
  = activating (start)
2ms spawned
  watch-checks eagerly
1s fails http connection refused
  = activating (start): health "http" has not passed yet: connection refused
2s fails http connection refused
3s fails http connection refused
4s passes http
  settled start: ok
  = active (running)
6s fails http status 500
  = active (running): health "http" failed 1 of 2 times: status 500
8s passes http
  = active (running)
10s fails http status 500
  = active (running): health "http" failed 1 of 2 times: status 500
12s fails http status 503
  end-checks
  signal-main SIGTERM
  = deactivating (stop): health "http" failed 2 times: status 503
13s wait
  at 13 s its time is up
  kill
  = deactivating (kill): health "http" failed 2 times: status 503
14s gone SIGKILL
  settled start: failed, health "http" failed 2 times: status 503
  failure: health "http" failed 2 times: status 503
  prepare
  = activating (pre-start): health "http" failed 2 times: status 503
15s up
  spawn
  = activating (start): health "http" failed 2 times: status 503
  watch-checks eagerly
  = activating (start)
  settled start: ok
  = active (running)

# Never healthy: the start times out and says what it waited for.
unit app.b health=http start_timeout=10s policy=no
0s start
  prepare afresh
  = activating (pre-start)
1ms prepared
  spawn
  = activating (start)
2ms spawned
  watch-checks eagerly
9s fails http connection refused
  = activating (start): health "http" has not passed yet: connection refused
11s gone SIGTERM
  at 10 s its time is up
  end-checks
  signal-main SIGTERM
  = deactivating (stop): not ready within 10 s: health "http": connection refused
  kill
  = deactivating (kill): not ready within 10 s: health "http": connection refused
  failure: not ready within 10 s: health "http": connection refused
  release
  settled start: failed, not ready within 10 s: health "http": connection refused
  ended: failed, not ready within 10 s: health "http": connection refused
  = failed (timeout): not ready within 10 s: health "http": connection refused

# A check that does not gate: ready at once. During its start period failures do not count.
unit app.c health=http:ungated:start_period=30s
0s start
  prepare afresh
  = activating (pre-start)
1ms prepared
  spawn
  = activating (start)
2ms spawned
  watch-checks eagerly
  settled start: ok
  = active (running)
1s fails http connection refused
20s fails http connection refused
40s fails http connection refused
  = active (running): health "http" failed 1 of 2 times: connection refused
42s fails http connection refused
  end-checks
  signal-main SIGTERM
  = deactivating (stop): health "http" failed 2 times: connection refused

# The start period ends with the first success.
unit app.d health=http:ungated:start_period=30s
0s start
  prepare afresh
  = activating (pre-start)
1ms prepared
  spawn
  = activating (start)
2ms spawned
  watch-checks eagerly
  settled start: ok
  = active (running)
1s passes http
3s fails http status 500
  = active (running): health "http" failed 1 of 2 times: status 500
5s fails http status 500
  end-checks
  signal-main SIGTERM
  = deactivating (stop): health "http" failed 2 times: status 500

# action none: it is shown, nothing else.
unit app.e health=http:none
0s start
  prepare afresh
  = activating (pre-start)
0s up
  spawn
  = activating (start)
  watch-checks eagerly
  settled start: ok
  = active (running)
1s fails http status 500
  = active (running): health "http" failed: status 500
2s fails http status 500
  = active (running): health "http" failed 2 times: status 500
3s fails http status 500
  = active (running): health "http" failed 3 times: status 500
4s passes http
  = active (running)

# One check gates, one does not, and that has failed meanwhile: no reason to end it at once.
unit app.f health=http health=deep:ungated
0s start
  prepare afresh
  = activating (pre-start)
1ms prepared
  spawn
  = activating (start)
2ms spawned
  watch-checks eagerly
1s fails deep status 500
  = activating (start): health "deep" has not passed yet: status 500
2s fails deep status 500
3s fails deep status 500
4s passes http
  settled start: ok
  = active (running)
5s fails deep status 500
  = active (running): health "deep" failed 1 of 2 times: status 500
7s fails deep status 500
  end-checks
  signal-main SIGTERM
  = deactivating (stop): health "deep" failed 2 times: status 500
8s gone SIGTERM
  at 8 s its time is up
  kill
  = deactivating (kill): health "deep" failed 2 times: status 500
  settled start: failed, health "deep" failed 2 times: status 500
  failure: health "deep" failed 2 times: status 500
  prepare
  = activating (pre-start): health "deep" failed 2 times: status 500

# Checks are redefined: while it is up, and while it waits for them.
unit app.g health=http
0s start
  prepare afresh
  = activating (pre-start)
0s up
  spawn
  = activating (start)
  watch-checks eagerly
  settled start: ok
  = active (running)
define health=http health=deep
10s redefined
  end-checks
  watch-checks
12s fails deep status 500
  = active (running): health "deep" failed 1 of 2 times: status 500
14s fails deep status 500
  end-checks
  signal-main SIGTERM
  = deactivating (stop): health "deep" failed 2 times: status 500
15s gone SIGTERM
  at 15 s its time is up
  kill
  = deactivating (kill): health "deep" failed 2 times: status 500
  settled start: failed, health "deep" failed 2 times: status 500
  failure: health "deep" failed 2 times: status 500
  prepare
  = activating (pre-start): health "deep" failed 2 times: status 500
16s prepared
  spawn
  = activating (start): health "deep" failed 2 times: status 500
17s spawned
  watch-checks eagerly
  = activating (start)
18s passes http
define health=deep
19s redefined
  end-checks
  watch-checks eagerly
20s passes deep
  settled start: ok
  = active (running)
define
21s redefined
  end-checks

# What could not be asked for want of room says nothing, neither of a start nor of a run.
unit app.h health=http start_timeout=10s policy=no
0s start
  prepare afresh
  = activating (pre-start)
0s prepared
  spawn
  = activating (start)
0s spawned
  watch-checks eagerly
1s unasked http socket: too many open files
  = activating (start): health "http" has not passed yet: socket: too many open files
2s passes http
  settled start: ok
  = active (running)
3s fails http status 500
  = active (running): health "http" failed 1 of 2 times: status 500
4s unasked http socket: too many open files
  = active (running): health "http" failed 1 of 2 times: socket: too many open files
5s unasked http socket: too many open files
6s fails http status 500
  end-checks
  signal-main SIGTERM
  = deactivating (stop): health "http" failed 2 times: status 500

# More than one success in a row is asked for: at the start, and after a failure.
unit app.i health=http:successes=2:failures=3
0s start
  prepare afresh
  = activating (pre-start)
0s prepared
  spawn
  = activating (start)
0s spawned
  watch-checks eagerly
1s passes http
2s fails http status 500
  = activating (start): health "http" has not passed yet: status 500
3s passes http
4s passes http
  settled start: ok
  = active (running)
5s fails http status 500
  = active (running): health "http" failed 1 of 3 times: status 500
6s passes http
  = active (running)
7s fails http status 500
  = active (running): health "http" failed 1 of 3 times: status 500
8s passes http
  = active (running)
9s passes http
10s fails http status 500
  = active (running): health "http" failed 1 of 3 times: status 500
11s fails http status 500
  = active (running): health "http" failed 2 of 3 times: status 500
12s fails http status 500
  end-checks
  signal-main SIGTERM
  = deactivating (stop): health "http" failed 3 times: status 500
