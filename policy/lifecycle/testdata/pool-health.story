# A worker whose health check fails gets no new connections, answers what it has, and is restarted in its slot.
unit pool.a health=http:failures=2
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
  #1 watch-checks eagerly
  steer [0]
  settled start: ok
  #1 (worker 1, slot 0, generation 1) serving active (running)
  = active (degraded)
0s #2 up
  #2 spawn
  #2 (worker 2, slot 1, generation 1) serving activating (start)
  #2 watch-checks eagerly
  steer [0 1]
  #2 (worker 2, slot 1, generation 1) serving active (running)
  = active (running)
10s #2 fails http status 503
  steer [0]
12s #2 fails http status 503
  #2 drain slot 1 within 1 s
  #2 (worker 2, slot 1, generation 1) serving deactivating (stop): health "http" failed 2 times: status 503
  = active (degraded): worker 2: health "http" failed 2 times: status 503
12.2s #2 drained
  #2 end-checks
  #2 signal-main SIGTERM
12.5s #2 gone 0
  #2 kill
  #2 (worker 2, slot 1, generation 1) serving deactivating (kill): health "http" failed 2 times: status 503
  #2 prepare
  #2 (worker 2, slot 1, generation 1) serving activating (pre-start): health "http" failed 2 times: status 503
13s #2 up
  #2 spawn
  #2 (worker 2, slot 1, generation 1) serving activating (start): health "http" failed 2 times: status 503
  #2 watch-checks eagerly
  #2 (worker 2, slot 1, generation 1) serving activating (start)
  = active (degraded)
  steer [0 1]
  #2 (worker 2, slot 1, generation 1) serving active (running)
  = active (running)

# It has a second for that; where it ends by itself meanwhile, or is stopped, that is all.
unit pool.a health=http:failures=1
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
  #1 watch-checks eagerly
  steer [0]
  settled start: ok
  #1 (worker 1, slot 0, generation 1) serving active (running)
  = active (degraded)
0s #2 up
  #2 spawn
  #2 (worker 2, slot 1, generation 1) serving activating (start)
  #2 watch-checks eagerly
  steer [0 1]
  #2 (worker 2, slot 1, generation 1) serving active (running)
  = active (running)
10s #2 fails http status 503
  steer [0]
  #2 drain slot 1 within 1 s
  #2 (worker 2, slot 1, generation 1) serving deactivating (stop): health "http" failed: status 503
  = active (degraded): worker 2: health "http" failed: status 503
11s #2 wait
  at 11 s its time is up
  #2 end-checks
  #2 signal-main SIGTERM
12s #2 gone SIGTERM
  at 12 s its time is up
  #2 kill
  #2 (worker 2, slot 1, generation 1) serving deactivating (kill): health "http" failed: status 503
  #2 prepare
  #2 (worker 2, slot 1, generation 1) serving activating (pre-start): health "http" failed: status 503
13s #2 up
  #2 spawn
  #2 (worker 2, slot 1, generation 1) serving activating (start): health "http" failed: status 503
  #2 watch-checks eagerly
  #2 (worker 2, slot 1, generation 1) serving activating (start)
  = active (degraded)
  steer [0 1]
  #2 (worker 2, slot 1, generation 1) serving active (running)
  = active (running)
20s #1 fails http status 503
  steer [1]
  #1 drain slot 0 within 1 s
  #1 (worker 1, slot 0, generation 1) serving deactivating (stop): health "http" failed: status 503
  = active (degraded): worker 1: health "http" failed: status 503
20.5s #1 gone 0
  #1 end-checks
  #1 kill
  #1 (worker 1, slot 0, generation 1) serving deactivating (kill): health "http" failed: status 503
  #1 prepare
  #1 (worker 1, slot 0, generation 1) serving activating (pre-start): health "http" failed: status 503
21s #1 up
  #1 spawn
  #1 (worker 1, slot 0, generation 1) serving activating (start): health "http" failed: status 503
  #1 watch-checks eagerly
  #1 (worker 1, slot 0, generation 1) serving activating (start)
  = active (degraded)
  steer [0 1]
  #1 (worker 1, slot 0, generation 1) serving active (running)
  = active (running)
30s #1 fails http status 503
  steer [1]
  #1 drain slot 0 within 1 s
  #1 (worker 1, slot 0, generation 1) serving deactivating (stop): health "http" failed: status 503
  = active (degraded): worker 1: health "http" failed: status 503
30.1s stop
  refuse
  #1 end-checks
  #1 signal-main SIGTERM
  #2 drain slot 1 within 15 s
  #2 (worker 2, slot 1, generation 1) serving deactivating (stop)
  = deactivating (stop): worker 1: health "http" failed: status 503
  #2 end-checks
  #2 signal-main SIGTERM
31s #1 gone 0
  #1 kill
  #1 (worker 1, slot 0, generation 1) serving deactivating (kill): health "http" failed: status 503
  #1 (worker 1, slot 0, generation 1) serving inactive (dead)
  = deactivating (stop)
31s #2 gone 0
  #2 kill
  #2 (worker 2, slot 1, generation 1) serving deactivating (kill)
  release
  settled start: failed, it was stopped meanwhile
  settled stop: ok
  = inactive (dead)

# The last one that serves is ended at once: nobody can stand in for it.
unit pool.a health=http:failures=1
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
  #1 watch-checks eagerly
  steer [0]
  settled start: ok
  #1 (worker 1, slot 0, generation 1) serving active (running)
  = active (degraded)
0s #2 up
  #2 spawn
  #2 (worker 2, slot 1, generation 1) serving activating (start)
  #2 watch-checks eagerly
  steer [0 1]
  #2 (worker 2, slot 1, generation 1) serving active (running)
  = active (running)
10s #1 fails http status 503
  steer [1]
  #1 drain slot 0 within 1 s
  #1 (worker 1, slot 0, generation 1) serving deactivating (stop): health "http" failed: status 503
  = active (degraded): worker 1: health "http" failed: status 503
10.1s #2 fails http status 503
  #2 end-checks
  #2 signal-main SIGTERM
  steer [0 1]
  #2 (worker 2, slot 1, generation 1) serving deactivating (stop): health "http" failed: status 503
  = activating (start): worker 1: health "http" failed: status 503
