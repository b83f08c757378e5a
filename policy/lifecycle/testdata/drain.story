# Who waits at an app that is stopped is served first, and nobody new gets in.
unit app.a listen=127.0.0.1:8001 stop_timeout=5s pre_stop=1
0s start
  prepare afresh
  = activating (pre-start)
0s up
  spawn
  = activating (start)
  settled start: ok
  = active (running)
10s busy
11s stop
  refuse
  drain slot 0 within 5 s
  = deactivating (stop)
11.5s stop
12s drained
  end-checks
  spawn pre_stop hook 1
12.1s hook spawned
12.2s hook gone 0
  kill
  signal-main SIGTERM
12.3s gone SIGTERM
  kill
  = deactivating (kill)
  release
  = deactivating (stop)
  settled start: failed, it was stopped meanwhile
  settled stop: ok
  = inactive (dead)

# It has the time that a stop has for that, and then again as long to end.
unit app.b listen=127.0.0.1:8001 stop_timeout=5s
0s start
  prepare afresh
  = activating (pre-start)
0s up
  spawn
  = activating (start)
  settled start: ok
  = active (running)
10s busy
11s stop
  refuse
  drain slot 0 within 5 s
  = deactivating (stop)
17s wait
  at 16 s its time is up
  end-checks
  signal-main SIGTERM
22s gone SIGKILL
  at 21 s its time is up
  kill
  = deactivating (kill): SIGTERM did not end it within 5 s; killed
  release
  = deactivating (stop): SIGTERM did not end it within 5 s; killed
  settled start: failed, it was stopped meanwhile
  settled stop: ok
  = inactive (dead)

# One that is ill serves nobody, and a restart keeps the queue.
unit app.c listen=127.0.0.1:8001 health=http:failures=3
0s start
  prepare afresh
  = activating (pre-start)
0s up
  spawn
  = activating (start)
  watch-checks eagerly
  settled start: ok
  = active (running)
10s busy
11s fails http 500
  = active (running): health "http" failed 1 of 3 times: 500
12s stop
  end-checks
  signal-main SIGTERM
  = deactivating (stop)

unit app.d listen=127.0.0.1:8001
0s start
  prepare afresh
  = activating (pre-start)
0s up
  spawn
  = activating (start)
  settled start: ok
  = active (running)
10s busy
11s stop restart
  end-checks
  signal-main SIGTERM
  = deactivating (stop)
12s gone SIGTERM
  kill
  = deactivating (kill)
  settled start: failed, it was stopped meanwhile
  settled stop: ok
  = inactive (dead)
13s start
  prepare afresh
  = activating (pre-start)

# A stop that becomes a restart serves nobody out; one that dies while it serves out has stopped.
unit app.e listen=127.0.0.1:8001
0s start
  prepare afresh
  = activating (pre-start)
0s up
  spawn
  = activating (start)
  settled start: ok
  = active (running)
10s busy
11s stop
  refuse
  drain slot 0 within 15 s
  = deactivating (stop)
12s stop restart
  end-checks
  signal-main SIGTERM
13s gone SIGTERM
  kill
  = deactivating (kill)
  settled start: failed, it was stopped meanwhile
  settled stop: ok
  = inactive (dead)
14s start
  prepare afresh
  = activating (pre-start)
14s up
  spawn
  = activating (start)
  settled start: ok
  = active (running)
15s stop
  refuse
  drain slot 0 within 15 s
  = deactivating (stop)
16s gone 3
  end-checks
  kill
  = deactivating (kill): exit 3
  release
  = deactivating (stop): exit 3
  settled start: failed, it was stopped meanwhile
  settled stop: ok
  = inactive (dead)

# Workers of a pool, of which one accepts nothing any more and another is not ready yet.
unit pool.a workers=3
0s start
  prepare 4 slots of 127.0.0.1:8001
  = activating (start)
0s prepared
  #1 prepare afresh
  #2 prepare afresh
  #3 prepare afresh
  steer [0 1 2]
  #1 (worker 1, slot 0, generation 1) serving activating (pre-start)
  #2 (worker 2, slot 1, generation 1) serving activating (pre-start)
  #3 (worker 3, slot 2, generation 1) serving activating (pre-start)
1s #1 up
  #1 spawn
  #1 (worker 1, slot 0, generation 1) serving activating (start)
  steer [0]
  settled start: ok
  #1 (worker 1, slot 0, generation 1) serving active (running)
  = active (degraded)
1s #2 up
  #2 spawn
  #2 (worker 2, slot 1, generation 1) serving activating (start)
  steer [0 1]
  #2 (worker 2, slot 1, generation 1) serving active (running)
10s busy
11s #2 stuck
  steer [0]
12s stop
  refuse
  #2 end-checks
  #2 signal-main SIGTERM
  #1 drain slot 0 within 15 s
  #1 (worker 1, slot 0, generation 1) serving deactivating (stop)
  #2 (worker 2, slot 1, generation 1) serving deactivating (stop)
  #3 (worker 3, slot 2, generation 1) serving deactivating (stop)
  = deactivating (stop)
13s #1 drained
  #1 end-checks
  #1 signal-main SIGTERM
14s #2 gone SIGTERM
  #2 kill
  #2 (worker 2, slot 1, generation 1) serving deactivating (kill)
  #2 (worker 2, slot 1, generation 1) serving inactive (dead)
14s #3 prepared
  #3 (worker 3, slot 2, generation 1) serving inactive (dead)
15s #1 gone SIGTERM
  #1 kill
  #1 (worker 1, slot 0, generation 1) serving deactivating (kill)
  release
  settled start: failed, it was stopped meanwhile
  settled stop: ok
  = inactive (dead)

# A pool that restarts keeps its queues.
unit pool.b workers=1
0s start
  prepare 2 slots of 127.0.0.1:8001
  = activating (start)
0s prepared
  #1 prepare afresh
  steer [0]
  #1 (worker 1, slot 0, generation 1) serving activating (pre-start)
1s #1 up
  #1 spawn
  #1 (worker 1, slot 0, generation 1) serving activating (start)
  settled start: ok
  #1 (worker 1, slot 0, generation 1) serving active (running)
  = active (running)
10s busy
12s stop
  refuse
  #1 drain slot 0 within 15 s
  #1 (worker 1, slot 0, generation 1) serving deactivating (stop)
  = deactivating (stop)
13s stop restart
  #1 end-checks
  #1 signal-main SIGTERM
14s #1 gone SIGTERM
  #1 kill
  #1 (worker 1, slot 0, generation 1) serving deactivating (kill)
  settled start: failed, it was stopped meanwhile
  settled stop: ok
  = inactive (dead)
15s start
  prepare 2 slots of 127.0.0.1:8001
  = activating (start)
