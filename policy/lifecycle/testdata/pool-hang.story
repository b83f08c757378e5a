# A worker that accepts nothing gets no new connections; one that goes on is killed and restarted at once in its slot.
unit pool.a hang_timeout=30s
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
  #1 watch-queue of slot 0 within 30 s
  steer [0]
  settled start: ok
  #1 (worker 1, slot 0, generation 1) serving active (running)
  = active (degraded)
0s #2 up
  #2 spawn
  #2 (worker 2, slot 1, generation 1) serving activating (start)
  #2 watch-queue of slot 1 within 30 s
  steer [0 1]
  #2 (worker 2, slot 1, generation 1) serving active (running)
  = active (running)
10s #2 stuck
  steer [0]
11s #2 unstuck
  steer [0 1]
20s #2 stuck
  steer [0]
50s #2 hung
  #2 end-checks
  #2 signal-main SIGTERM
  #2 (worker 2, slot 1, generation 1) serving deactivating (stop): a connection waited 30 s to be accepted
  = active (degraded): worker 2: a connection waited 30 s to be accepted
51s #2 gone SIGKILL
  at 51 s its time is up
  #2 kill
  #2 (worker 2, slot 1, generation 1) serving deactivating (kill): a connection waited 30 s to be accepted
  #2 prepare
  #2 (worker 2, slot 1, generation 1) serving activating (pre-start): a connection waited 30 s to be accepted
52s #2 up
  #2 spawn
  #2 (worker 2, slot 1, generation 1) serving activating (start): a connection waited 30 s to be accepted
  #2 watch-queue of slot 1 within 30 s
  steer [0 1]
  #2 (worker 2, slot 1, generation 1) serving active (running)
  = active (running)

# Where none accepts anything, all go on getting connections; with one worker too.
unit pool.a hang_timeout=30s
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
  #1 watch-queue of slot 0 within 30 s
  steer [0]
  settled start: ok
  #1 (worker 1, slot 0, generation 1) serving active (running)
  = active (degraded)
0s #2 up
  #2 spawn
  #2 (worker 2, slot 1, generation 1) serving activating (start)
  #2 watch-queue of slot 1 within 30 s
  steer [0 1]
  #2 (worker 2, slot 1, generation 1) serving active (running)
  = active (running)
10s #2 stuck
  steer [0]
11s #1 stuck
  steer [0 1]
12s #1 unstuck
  steer [0]
13s #2 unstuck
  steer [0 1]

# A worker that drains has its own time.
unit pool.a hang_timeout=30s
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
  #1 watch-queue of slot 0 within 30 s
  steer [0]
  settled start: ok
  #1 (worker 1, slot 0, generation 1) serving active (running)
  = active (degraded)
0s #2 up
  #2 spawn
  #2 (worker 2, slot 1, generation 1) serving activating (start)
  #2 watch-queue of slot 1 within 30 s
  steer [0 1]
  #2 (worker 2, slot 1, generation 1) serving active (running)
  = active (running)
10s scale 1
  steer [0]
  #2 drain slot 1 within 30 s
  #2 (worker 2, slot 1, generation 1) retiring deactivating (stop): scaled to 1
11s #2 stuck
12s #2 hung
40s #2 gone SIGTERM
  at 40 s its time is up
  #2 end-checks
  #2 signal-main SIGTERM
  #2 kill
  #2 (worker 2, slot 1, generation 1) retiring deactivating (kill): scaled to 1
  trim to 2 slots of 127.0.0.1:8001

# So does one that fails a check, before it is ended for that; where all fail it, all go on getting connections.
unit pool.a health=http:failures=3
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
10s #2 fails http 500
  steer [0]
11s #1 fails http 500
  steer [0 1]
12s #2 passes http
  steer [1]
13s #1 passes http
  steer [0 1]
20s #2 fails http 500
  steer [0]
21s #2 fails http 500
22s #2 fails http 500
  #2 drain slot 1 within 1 s
  #2 (worker 2, slot 1, generation 1) serving deactivating (stop): health "http" failed 3 times: 500
  = active (degraded): worker 2: health "http" failed 3 times: 500

# A check that ends nothing keeps nobody away.
unit pool.a workers=1 health=http:none
0s start
  prepare 2 slots of 127.0.0.1:8001
  = activating (start)
0s prepared
  #1 prepare afresh
  steer [0]
  #1 (worker 1, slot 0, generation 1) serving activating (pre-start)
0s #1 up
  #1 spawn
  #1 (worker 1, slot 0, generation 1) serving activating (start)
  #1 watch-checks eagerly
  settled start: ok
  #1 (worker 1, slot 0, generation 1) serving active (running)
  = active (running)
10s #1 fails http 500
