# Up and down again; slots are given back.
unit pool.a
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
10s scale 3
  prepare 4 slots of 127.0.0.1:8001
  = active (degraded)
10s prepared
  #3 prepare afresh
  #3 (worker 3, slot 2, generation 1) serving activating (pre-start)
10s #3 up
  #3 spawn
  #3 (worker 3, slot 2, generation 1) serving activating (start)
  steer [0 1 2]
  #3 (worker 3, slot 2, generation 1) serving active (running)
  = active (running)
20s scale 1
  steer [0]
  #2 drain slot 1 within 30 s
  #3 drain slot 2 within 30 s
  #2 (worker 2, slot 1, generation 1) retiring deactivating (stop): scaled to 1
  #3 (worker 3, slot 2, generation 1) retiring deactivating (stop): scaled to 1
20s #2 drained
  #2 end-checks
  #2 signal-main SIGTERM
20s #2 gone SIGTERM
  #2 kill
  #2 (worker 2, slot 1, generation 1) retiring deactivating (kill): scaled to 1
21s #3 drained
  #3 end-checks
  #3 signal-main SIGTERM
21s #3 gone SIGTERM
  #3 kill
  #3 (worker 3, slot 2, generation 1) retiring deactivating (kill): scaled to 1
  trim to 2 slots of 127.0.0.1:8001
30s scale 0
  prepare 3 slots of 127.0.0.1:8001
  = active (degraded)
30s prepared
  #4 prepare afresh
  #4 (worker 2, slot 1, generation 1) serving activating (pre-start)
30s #4 up
  #4 spawn
  #4 (worker 2, slot 1, generation 1) serving activating (start)
  steer [0 1]
  #4 (worker 2, slot 1, generation 1) serving active (running)
  = active (running)

# While it is down: counts from the next start.
unit pool.b
0s scale 1
  = inactive (dead)
1s start
  prepare 2 slots of 127.0.0.1:8001
  = activating (start)
1s prepared
  #1 prepare afresh
  steer [0]
  #1 (worker 1, slot 0, generation 1) serving activating (pre-start)
1s #1 up
  #1 spawn
  #1 (worker 1, slot 0, generation 1) serving activating (start)
  settled start: ok
  #1 (worker 1, slot 0, generation 1) serving active (running)
  = active (running)

# There is no room for more.
unit pool.c
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
10s scale 5
  prepare 6 slots of 127.0.0.1:8001
  = active (degraded)
10s refused socket: no buffer space available
  = active (running): socket: no buffer space available

# During a roll, up.
unit pool.d
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
10s reload
  prepare 3 slots of 127.0.0.1:8001
  = reloading (running)
10s prepared
  #3 prepare afresh
  #3 (worker 1, slot 2, generation 2) successor activating (pre-start)
10s scale 3
  prepare 4 slots of 127.0.0.1:8001
  = reloading (degraded)
10s #3 up
  #3 spawn
  #3 (worker 1, slot 2, generation 2) successor activating (start)
  steer [1 2]
  #1 drain slot 0 within 30 s
  #1 (worker 1, slot 0, generation 1) retiring deactivating (stop): replaced by generation 2
  #3 (worker 1, slot 2, generation 2) serving active (running)
11s prepared
  #4 prepare afresh
  #4 (worker 3, slot 3, generation 2) serving activating (pre-start)
11s #1 drained
  #1 end-checks
  #1 signal-main SIGTERM
11s #1 gone SIGTERM
  #1 kill
  #1 (worker 1, slot 0, generation 1) retiring deactivating (kill): replaced by generation 2
  #5 prepare afresh
  #5 (worker 2, slot 0, generation 2) successor activating (pre-start)
11s #4 up
  #4 spawn
  #4 (worker 3, slot 3, generation 2) serving activating (start)
  steer [1 2 3]
  #4 (worker 3, slot 3, generation 2) serving active (running)
  = reloading (running)
12s #5 up
  #5 spawn
  #5 (worker 2, slot 0, generation 2) successor activating (start)
  steer [0 2 3]
  #2 drain slot 1 within 30 s
  #2 (worker 2, slot 1, generation 1) retiring deactivating (stop): replaced by generation 2
  #5 (worker 2, slot 0, generation 2) serving active (running)
12s #2 drained
  #2 end-checks
  #2 signal-main SIGTERM
  trim to 4 slots of 127.0.0.1:8001
  settled reload: ok
  = active (running)
12s #2 gone SIGTERM
  #2 kill
  #2 (worker 2, slot 1, generation 1) retiring deactivating (kill): replaced by generation 2

# During a roll, down to the one that is new already.
unit pool.e
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
10s reload
  prepare 3 slots of 127.0.0.1:8001
  = reloading (running)
10s prepared
  #3 prepare afresh
  #3 (worker 1, slot 2, generation 2) successor activating (pre-start)
10s #3 up
  #3 spawn
  #3 (worker 1, slot 2, generation 2) successor activating (start)
  steer [1 2]
  #1 drain slot 0 within 30 s
  #1 (worker 1, slot 0, generation 1) retiring deactivating (stop): replaced by generation 2
  #3 (worker 1, slot 2, generation 2) serving active (running)
11s #1 drained
  #1 end-checks
  #1 signal-main SIGTERM
11s #1 gone SIGTERM
  #1 kill
  #1 (worker 1, slot 0, generation 1) retiring deactivating (kill): replaced by generation 2
  #4 prepare afresh
  #4 (worker 2, slot 0, generation 2) successor activating (pre-start)
12s scale 1
  steer [2]
  #2 drain slot 1 within 30 s
  #2 (worker 2, slot 1, generation 1) retiring deactivating (stop): scaled to 1
  #4 (worker 2, slot 0, generation 2) retiring deactivating (stop): scaled to 1
12s #4 prepared
13s #2 drained
  #2 end-checks
  #2 signal-main SIGTERM
  trim to 3 slots of 127.0.0.1:8001
  settled reload: ok
  = active (running)
13s #2 gone SIGTERM
  #2 kill
  #2 (worker 2, slot 1, generation 1) retiring deactivating (kill): scaled to 1

# The number of workers changes in its file, alone and with a reload.
unit pool.f workers=1
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
  settled start: ok
  #1 (worker 1, slot 0, generation 1) serving active (running)
  = active (running)
define workers=2
10s redefined
  prepare 3 slots of 127.0.0.1:8001
  = active (degraded)
10s prepared
  #2 prepare afresh
  #2 (worker 2, slot 1, generation 1) serving activating (pre-start)
10s #2 up
  #2 spawn
  #2 (worker 2, slot 1, generation 1) serving activating (start)
  steer [0 1]
  #2 (worker 2, slot 1, generation 1) serving active (running)
  = active (running)
define workers=1
20s reload
  prepare 3 slots of 127.0.0.1:8001
  steer [0]
  #2 drain slot 1 within 30 s
  #2 (worker 2, slot 1, generation 1) retiring deactivating (stop): scaled to 1
  = reloading (running)
20s prepared
20s #2 drained
  #2 end-checks
  #2 signal-main SIGTERM
  #3 prepare afresh
  #3 (worker 1, slot 2, generation 2) successor activating (pre-start)
20s #2 gone SIGTERM
  #2 kill
  #2 (worker 2, slot 1, generation 1) retiring deactivating (kill): scaled to 1
20s #3 up
  #3 spawn
  #3 (worker 1, slot 2, generation 2) successor activating (start)
  steer [2]
  #1 drain slot 0 within 30 s
  #1 (worker 1, slot 0, generation 1) retiring deactivating (stop): replaced by generation 2
  #3 (worker 1, slot 2, generation 2) serving active (running)
20s #1 drained
  #1 end-checks
  #1 signal-main SIGTERM
  trim to 3 slots of 127.0.0.1:8001
  settled reload: ok
  = active (running)
20s #1 gone SIGTERM
  #1 kill
  #1 (worker 1, slot 0, generation 1) retiring deactivating (kill): replaced by generation 2

# Redefined during a roll: the new generation takes it.
unit pool.g workers=1
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
  settled start: ok
  #1 (worker 1, slot 0, generation 1) serving active (running)
  = active (running)
10s reload
  prepare 2 slots of 127.0.0.1:8001
  = reloading (running)
10s prepared
  #2 prepare afresh
  #2 (worker 1, slot 1, generation 2) successor activating (pre-start)
define workers=1 stop_timeout=1s
10s redefined
10s #2 up
  #2 spawn
  #2 (worker 1, slot 1, generation 2) successor activating (start)
  steer [1]
  #1 drain slot 0 within 30 s
  #1 (worker 1, slot 0, generation 1) retiring deactivating (stop): replaced by generation 2
  #2 (worker 1, slot 1, generation 2) serving active (running)
10s #1 drained
  #1 end-checks
  #1 signal-main SIGTERM
  trim to 2 slots of 127.0.0.1:8001
  settled reload: ok
  = active (running)
10s #1 gone SIGTERM
  #1 kill
  #1 (worker 1, slot 0, generation 1) retiring deactivating (kill): replaced by generation 2
20s stop
  refuse
  #2 drain slot 1 within 1 s
  #2 (worker 1, slot 1, generation 2) serving deactivating (stop)
  = deactivating (stop)
  #2 end-checks
  #2 signal-main SIGTERM
30s wait
  at 21 s its time is up
  #2 kill
  #2 (worker 1, slot 1, generation 2) serving deactivating (kill): SIGTERM did not end it within 1 s; killed
  = deactivating (stop): worker 1: SIGTERM did not end it within 1 s; killed
