# One worker after the other: the successor in a free slot, the predecessor drained.
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
10.2s #1 drained
  #1 end-checks
  #1 signal-main SIGTERM
10.3s #1 gone SIGTERM
  #1 kill
  #1 (worker 1, slot 0, generation 1) retiring deactivating (kill): replaced by generation 2
  #4 prepare afresh
  #4 (worker 2, slot 0, generation 2) successor activating (pre-start)
11s #4 up
  #4 spawn
  #4 (worker 2, slot 0, generation 2) successor activating (start)
  steer [0 2]
  #2 drain slot 1 within 30 s
  #2 (worker 2, slot 1, generation 1) retiring deactivating (stop): replaced by generation 2
  #4 (worker 2, slot 0, generation 2) serving active (running)
11.2s reload
  settled reload: failed, it is reloading
11.2s #2 drained
  #2 end-checks
  #2 signal-main SIGTERM
  trim to 3 slots of 127.0.0.1:8001
  settled reload: ok
  = active (running)
12s #2 gone SIGTERM
  #2 kill
  #2 (worker 2, slot 1, generation 1) retiring deactivating (kill): replaced by generation 2

# The first of the new generation does not become ready.
unit pool.b health=http start_timeout=5s
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
10s reload
  prepare 3 slots of 127.0.0.1:8001
  = reloading (running)
10s prepared
  #3 prepare afresh
  #3 (worker 1, slot 2, generation 2) successor activating (pre-start)
10s #3 prepared
  #3 spawn
  #3 (worker 1, slot 2, generation 2) successor activating (start)
10s #3 spawned
  #3 watch-checks eagerly
11s #3 fails http status 500
16s #3 gone SIGTERM
  at 15 s its time is up
  #3 end-checks
  #3 signal-main SIGTERM
  #3 (worker 1, slot 2, generation 2) successor deactivating (stop): not ready within 5 s: health "http": status 500
  #3 kill
  #3 (worker 1, slot 2, generation 2) successor deactivating (kill): not ready within 5 s: health "http": status 500
  trim to 3 slots of 127.0.0.1:8001
  settled reload: failed, the new generation did not become ready: worker 1: not ready within 5 s: health "http": status 500
  = active (running): the new generation did not become ready: worker 1: not ready within 5 s: health "http": status 500
20s reload
  prepare 3 slots of 127.0.0.1:8001
  = reloading (running)
20s prepared
  #4 prepare afresh
  #4 (worker 1, slot 2, generation 3) successor activating (pre-start)
20s #4 up
  #4 spawn
  #4 (worker 1, slot 2, generation 3) successor activating (start)
  #4 watch-checks eagerly
  steer [1 2]
  #1 drain slot 0 within 30 s
  #1 (worker 1, slot 0, generation 1) retiring deactivating (stop): replaced by generation 3
  #4 (worker 1, slot 2, generation 3) serving active (running)

# The second does not: what was replaced already is rolled back.
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
10.2s #1 drained
  #1 end-checks
  #1 signal-main SIGTERM
10.3s #1 gone SIGTERM
  #1 kill
  #1 (worker 1, slot 0, generation 1) retiring deactivating (kill): replaced by generation 2
  #4 prepare afresh
  #4 (worker 2, slot 0, generation 2) successor activating (pre-start)
11s #4 prepared
  #4 spawn
  #4 (worker 2, slot 0, generation 2) successor activating (start)
11s #4 unspawned exec /srv/app: no such file or directory
  #5 prepare afresh
  #5 (worker 1, slot 0, generation 1) successor activating (pre-start)
12s #5 up
  #5 spawn
  #5 (worker 1, slot 0, generation 1) successor activating (start)
  steer [0 1]
  #3 drain slot 2 within 30 s
  #3 (worker 1, slot 2, generation 2) retiring deactivating (stop): replaced by generation 1
  #5 (worker 1, slot 0, generation 1) serving active (running)
12s #3 drained
  #3 end-checks
  #3 signal-main SIGTERM
  trim to 3 slots of 127.0.0.1:8001
  settled reload: failed, the new generation did not become ready: worker 2: exec /srv/app: no such file or directory
  = active (running): the new generation did not become ready: worker 2: exec /srv/app: no such file or directory
12s #3 gone SIGTERM
  #3 kill
  #3 (worker 1, slot 2, generation 2) retiring deactivating (kill): replaced by generation 1

# The way back fails too, for good: what serves stays.
unit pool.d policy=no
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
10.2s #1 drained
  #1 end-checks
  #1 signal-main SIGTERM
10.3s #1 gone SIGTERM
  #1 kill
  #1 (worker 1, slot 0, generation 1) retiring deactivating (kill): replaced by generation 2
  #4 prepare afresh
  #4 (worker 2, slot 0, generation 2) successor activating (pre-start)
11s #4 prepared
  #4 spawn
  #4 (worker 2, slot 0, generation 2) successor activating (start)
11s #4 unspawned exec /srv/app: no such file or directory
  #5 prepare afresh
  #5 (worker 1, slot 0, generation 1) successor activating (pre-start)
12s #5 prepared
  #5 spawn
  #5 (worker 1, slot 0, generation 1) successor activating (start)
12s #5 unspawned exec /srv/app: no such file or directory
  trim to 3 slots of 127.0.0.1:8001
  settled reload: failed, the new generation did not become ready: worker 2: exec /srv/app: no such file or directory; the old one cannot be started any more either: exec /srv/app: no such file or directory
  = active (running): the new generation did not become ready: worker 2: exec /srv/app: no such file or directory; the old one cannot be started any more either: exec /srv/app: no such file or directory

# surge 2: two at a time.
unit pool.e workers=3 surge=2
0s start
  prepare 5 slots of 127.0.0.1:8001
  = activating (start)
0s prepared
  #1 prepare afresh
  #2 prepare afresh
  #3 prepare afresh
  steer [0 1 2]
  #1 (worker 1, slot 0, generation 1) serving activating (pre-start)
  #2 (worker 2, slot 1, generation 1) serving activating (pre-start)
  #3 (worker 3, slot 2, generation 1) serving activating (pre-start)
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
0s #3 up
  #3 spawn
  #3 (worker 3, slot 2, generation 1) serving activating (start)
  steer [0 1 2]
  #3 (worker 3, slot 2, generation 1) serving active (running)
  = active (running)
10s reload
  prepare 5 slots of 127.0.0.1:8001
  = reloading (running)
10s prepared
  #4 prepare afresh
  #5 prepare afresh
  #4 (worker 1, slot 3, generation 2) successor activating (pre-start)
  #5 (worker 2, slot 4, generation 2) successor activating (pre-start)
11s #4 up
  #4 spawn
  #4 (worker 1, slot 3, generation 2) successor activating (start)
  steer [1 2 3]
  #1 drain slot 0 within 30 s
  #1 (worker 1, slot 0, generation 1) retiring deactivating (stop): replaced by generation 2
  #4 (worker 1, slot 3, generation 2) serving active (running)
11s #5 up
  #5 spawn
  #5 (worker 2, slot 4, generation 2) successor activating (start)
  steer [2 3 4]
  #2 drain slot 1 within 30 s
  #2 (worker 2, slot 1, generation 1) retiring deactivating (stop): replaced by generation 2
  #5 (worker 2, slot 4, generation 2) serving active (running)
12s #1 drained
  #1 end-checks
  #1 signal-main SIGTERM
12s #1 gone SIGTERM
  #1 kill
  #1 (worker 1, slot 0, generation 1) retiring deactivating (kill): replaced by generation 2
  #6 prepare afresh
  #6 (worker 3, slot 0, generation 2) successor activating (pre-start)
13s #2 drained
  #2 end-checks
  #2 signal-main SIGTERM
13s #6 up
  #6 spawn
  #6 (worker 3, slot 0, generation 2) successor activating (start)
  steer [0 3 4]
  #3 drain slot 2 within 30 s
  #3 (worker 3, slot 2, generation 1) retiring deactivating (stop): replaced by generation 2
  #6 (worker 3, slot 0, generation 2) serving active (running)
13s #2 gone SIGTERM
  #2 kill
  #2 (worker 2, slot 1, generation 1) retiring deactivating (kill): replaced by generation 2
14s #3 drained
  #3 end-checks
  #3 signal-main SIGTERM
  trim to 5 slots of 127.0.0.1:8001
  settled reload: ok
  = active (running)
14s #3 gone SIGTERM
  #3 kill
  #3 (worker 3, slot 2, generation 1) retiring deactivating (kill): replaced by generation 2

# Workers are killed during a roll: an old one, one that has been ready already, and the successor.
unit pool.f
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
10s #2 gone SIGKILL
  #2 end-checks
  #2 kill
  steer [0]
  #2 (worker 2, slot 1, generation 1) serving deactivating (kill): SIGKILL
  = reloading (degraded): worker 2: SIGKILL
  #2 prepare
  #2 (worker 2, slot 1, generation 1) serving activating (pre-start): SIGKILL
10s #2 up
  #2 spawn
  #2 (worker 2, slot 1, generation 1) serving activating (start): SIGKILL
  steer [0 1]
  #2 (worker 2, slot 1, generation 1) serving active (running)
  = reloading (running)
10s #3 up
  #3 spawn
  #3 (worker 1, slot 2, generation 2) successor activating (start)
  steer [1 2]
  #1 drain slot 0 within 30 s
  #1 (worker 1, slot 0, generation 1) retiring deactivating (stop): replaced by generation 2
  #3 (worker 1, slot 2, generation 2) serving active (running)
10.1s #3 gone SIGKILL
  #3 end-checks
  #3 kill
  steer [1]
  #3 (worker 1, slot 2, generation 2) serving deactivating (kill): SIGKILL
  = reloading (degraded): worker 1: SIGKILL
  #3 prepare
  #3 (worker 1, slot 2, generation 2) serving activating (pre-start): SIGKILL
10.2s #1 drained
  #1 end-checks
  #1 signal-main SIGTERM
10.3s #1 gone SIGTERM
  #1 kill
  #1 (worker 1, slot 0, generation 1) retiring deactivating (kill): replaced by generation 2
  #4 prepare afresh
  #4 (worker 2, slot 0, generation 2) successor activating (pre-start)
10.4s #3 up
  #3 spawn
  #3 (worker 1, slot 2, generation 2) serving activating (start): SIGKILL
  steer [1 2]
  #3 (worker 1, slot 2, generation 2) serving active (running)
  = reloading (running)
11s #4 prepared
  #4 spawn
  #4 (worker 2, slot 0, generation 2) successor activating (start)
11s #4 spawned
  steer [0 2]
  #2 drain slot 1 within 30 s
  #2 (worker 2, slot 1, generation 1) retiring deactivating (stop): replaced by generation 2
  #4 (worker 2, slot 0, generation 2) serving active (running)
12s #2 drained
  #2 end-checks
  #2 signal-main SIGTERM
  trim to 3 slots of 127.0.0.1:8001
  settled reload: ok
  = active (running)
12s #2 gone SIGTERM
  #2 kill
  #2 (worker 2, slot 1, generation 1) retiring deactivating (kill): replaced by generation 2

# The successor is killed before it is ready.
unit pool.f2 workers=1 health=http
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
10s reload
  prepare 2 slots of 127.0.0.1:8001
  = reloading (running)
10s prepared
  #2 prepare afresh
  #2 (worker 1, slot 1, generation 2) successor activating (pre-start)
10s #2 prepared
  #2 spawn
  #2 (worker 1, slot 1, generation 2) successor activating (start)
10s #2 spawned
  #2 watch-checks eagerly
11s #2 gone SIGKILL
  #2 end-checks
  #2 kill
  #2 (worker 1, slot 1, generation 2) successor deactivating (kill): SIGKILL
  #2 prepare
  trim to 2 slots of 127.0.0.1:8001
  #2 (worker 1, slot 1, generation 2) retiring deactivating (stop): SIGKILL
  settled reload: failed, the new generation did not become ready: worker 1: SIGKILL
  = active (running): the new generation did not become ready: worker 1: SIGKILL
12s #2 prepared

# Stopped during a roll.
unit pool.g
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
11s stop
  settled reload: failed, the pool was stopped
  refuse
  #2 drain slot 1 within 15 s
  #3 drain slot 2 within 15 s
  #2 (worker 2, slot 1, generation 1) serving deactivating (stop)
  #3 (worker 1, slot 2, generation 2) serving deactivating (stop)
  = deactivating (stop)
  #1 end-checks
  #1 signal-main SIGTERM
  #2 end-checks
  #2 signal-main SIGTERM
  #3 end-checks
  #3 signal-main SIGTERM
11s #1 gone SIGTERM
  #1 kill
  #1 (worker 1, slot 0, generation 1) retiring deactivating (kill): replaced by generation 2
11s #2 gone SIGTERM
  #2 kill
  #2 (worker 2, slot 1, generation 1) serving deactivating (kill)
  #2 (worker 2, slot 1, generation 1) serving inactive (dead)
11s #3 gone SIGTERM
  #3 kill
  #3 (worker 1, slot 2, generation 2) serving deactivating (kill)
  release
  settled start: failed, it was stopped meanwhile
  settled stop: ok
  = inactive (dead)

# The drain takes too long, and the worker does not end by SIGTERM.
unit pool.h workers=1 stop_timeout=5s
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
10s #2 up
  #2 spawn
  #2 (worker 1, slot 1, generation 2) successor activating (start)
  steer [1]
  #1 drain slot 0 within 30 s
  #1 (worker 1, slot 0, generation 1) retiring deactivating (stop): replaced by generation 2
  #2 (worker 1, slot 1, generation 2) serving active (running)
46s #1 gone SIGKILL
  at 40 s its time is up
  #1 end-checks
  #1 signal-main SIGTERM
  trim to 2 slots of 127.0.0.1:8001
  settled reload: ok
  = active (running)
  at 45 s its time is up
  #1 kill
  #1 (worker 1, slot 0, generation 1) retiring deactivating (kill): SIGTERM did not end it within 5 s; killed

# A predecessor cannot be killed: the roll ends, its slot is kept until it is gone.
unit pool.i workers=2 stop_timeout=5s
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
10s #1 drained
  #1 end-checks
  #1 signal-main SIGTERM
20s #1 left 4711
  at 15 s its time is up
  #1 kill
  #1 (worker 1, slot 0, generation 1) retiring deactivating (kill): SIGTERM did not end it within 5 s; killed
  prepare 4 slots of 127.0.0.1:8001
  #1 (worker 1, slot 0, generation 1) retiring failed (abandoned): SIGKILL did not end pid 4711
21s prepared
  #4 prepare afresh
  #4 (worker 2, slot 3, generation 2) successor activating (pre-start)
21s #4 up
  #4 spawn
  #4 (worker 2, slot 3, generation 2) successor activating (start)
  steer [2 3]
  #2 drain slot 1 within 30 s
  #2 (worker 2, slot 1, generation 1) retiring deactivating (stop): replaced by generation 2
  #4 (worker 2, slot 3, generation 2) serving active (running)
21s #2 drained
  #2 end-checks
  #2 signal-main SIGTERM
  trim to 4 slots of 127.0.0.1:8001
  settled reload: ok
  = active (running)
21s #2 gone SIGTERM
  #2 kill
  #2 (worker 2, slot 1, generation 1) retiring deactivating (kill): replaced by generation 2
60s #1 gone SIGKILL

# A predecessor that has given up has nothing to drain: the roll ends at once.
unit pool.j workers=2 burst=1
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
1s #1 gone 3
  #1 end-checks
  #1 kill
  steer [1]
  #1 (worker 1, slot 0, generation 1) serving deactivating (kill): exit 3
  = active (degraded): worker 1: exit 3
  #1 (worker 1, slot 0, generation 1) serving activating (auto-restart): exit 3
2s #1 up
  at 2 s its time is up
  #1 prepare
  #1 (worker 1, slot 0, generation 1) serving activating (pre-start): exit 3
  #1 spawn
  #1 (worker 1, slot 0, generation 1) serving activating (start): exit 3
  steer [0 1]
  #1 (worker 1, slot 0, generation 1) serving active (running)
  = active (running)
3s #1 gone 3
  #1 end-checks
  #1 kill
  steer [1]
  #1 (worker 1, slot 0, generation 1) serving deactivating (kill): exit 3
  = active (degraded): worker 1: exit 3
  #1 (worker 1, slot 0, generation 1) serving failed (start-limit): exit 3; gave up after 1 restart within 1 min
  = active (degraded): worker 1: exit 3; gave up after 1 restart within 1 min
10s reload
  prepare 3 slots of 127.0.0.1:8001
  = reloading (degraded): worker 1: exit 3; gave up after 1 restart within 1 min
10s prepared
  #3 prepare afresh
  #3 (worker 1, slot 2, generation 2) successor activating (pre-start)
10s #3 up
  #3 spawn
  #3 (worker 1, slot 2, generation 2) successor activating (start)
  steer [1 2]
  #4 prepare afresh
  #3 (worker 1, slot 2, generation 2) serving active (running)
  #4 (worker 2, slot 0, generation 2) successor activating (pre-start)
  = reloading (running)
10s #4 up
  #4 spawn
  #4 (worker 2, slot 0, generation 2) successor activating (start)
  steer [0 2]
  #2 drain slot 1 within 30 s
  #2 (worker 2, slot 1, generation 1) retiring deactivating (stop): replaced by generation 2
  #4 (worker 2, slot 0, generation 2) serving active (running)
11s #2 drained
  #2 end-checks
  #2 signal-main SIGTERM
  trim to 3 slots of 127.0.0.1:8001
  settled reload: ok
  = active (running)
11s #2 gone SIGTERM
  #2 kill
  #2 (worker 2, slot 1, generation 1) retiring deactivating (kill): replaced by generation 2

# Without sockets of their own there is nothing to drain.
unit pool.k workers=1 shared
0s start
  prepare 2 slots of 127.0.0.1:8001
  = activating (start)
0s prepared
  #1 prepare afresh
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
10s #2 up
  #2 spawn
  #2 (worker 1, slot 1, generation 2) successor activating (start)
  #1 end-checks
  #1 signal-main SIGTERM
  trim to 2 slots of 127.0.0.1:8001
  #1 (worker 1, slot 0, generation 1) retiring deactivating (stop): replaced by generation 2
  #2 (worker 1, slot 1, generation 2) serving active (running)
  settled reload: ok
  = active (running)
11s #1 gone SIGTERM
  #1 kill
  #1 (worker 1, slot 0, generation 1) retiring deactivating (kill): replaced by generation 2

# To a definition with another address: bound first, the old one closed at the end.
unit pool.l workers=1
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
define workers=1 address=127.0.0.1:9000
10s reload
  prepare 2 slots of 127.0.0.1:9000
  = reloading (running)
11s refused bind pool.l: 127.0.0.1:9000 is in use by pid 4711
  trim to 2 slots of 127.0.0.1:8001
  settled reload: failed, the new generation did not become ready: bind pool.l: 127.0.0.1:9000 is in use by pid 4711
  = active (running): the new generation did not become ready: bind pool.l: 127.0.0.1:9000 is in use by pid 4711
20s reload
  prepare 2 slots of 127.0.0.1:9000
  = reloading (running)
20s prepared
  #2 prepare afresh
  #2 (worker 1, slot 1, generation 3) successor activating (pre-start)
20s #2 up
  #2 spawn
  #2 (worker 1, slot 1, generation 3) successor activating (start)
  steer [1]
  #1 drain slot 0 within 30 s
  #1 (worker 1, slot 0, generation 1) retiring deactivating (stop): replaced by generation 3
  #2 (worker 1, slot 1, generation 3) serving active (running)
20s #1 drained
  #1 end-checks
  #1 signal-main SIGTERM
  trim to 2 slots of 127.0.0.1:9000
  settled reload: ok
  = active (running)
21s #1 gone SIGTERM
  #1 kill
  #1 (worker 1, slot 0, generation 1) retiring deactivating (kill): replaced by generation 3

# Reload of a pool that is not up.
unit pool.m
0s reload
  settled reload: failed, it is inactive
  = inactive (dead)
1s start
  prepare 3 slots of 127.0.0.1:8001
  = activating (start)
2s reload
  settled reload: failed, it is activating

# A reload while no worker can be started: a generation that can takes over.
unit pool.a workers=2 policy=always delay=10s
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
10s #1 gone 3
  #1 end-checks
  #1 kill
  steer [1]
  #1 (worker 1, slot 0, generation 1) serving deactivating (kill): exit 3
  = active (degraded): worker 1: exit 3
  #1 (worker 1, slot 0, generation 1) serving activating (auto-restart): exit 3
10s #2 gone 3
  #2 end-checks
  #2 kill
  steer [0 1]
  #2 (worker 2, slot 1, generation 1) serving deactivating (kill): exit 3
  = activating (start): worker 1: exit 3
  #2 (worker 2, slot 1, generation 1) serving activating (auto-restart): exit 3
  = activating (auto-restart): worker 1: exit 3
11s reload
  prepare 3 slots of 127.0.0.1:8001
11s prepared
  #3 prepare afresh
  #3 (worker 1, slot 2, generation 2) successor activating (pre-start)
  = activating (start): worker 1: exit 3
11s #3 up
  #3 spawn
  #3 (worker 1, slot 2, generation 2) successor activating (start)
  steer [2]
  #4 prepare afresh
  #3 (worker 1, slot 2, generation 2) serving active (running)
  #4 (worker 2, slot 0, generation 2) successor activating (pre-start)
  = reloading (degraded): worker 2: exit 3
12s #4 up
  #4 spawn
  #4 (worker 2, slot 0, generation 2) successor activating (start)
  steer [0 2]
  trim to 3 slots of 127.0.0.1:8001
  #4 (worker 2, slot 0, generation 2) serving active (running)
  = reloading (running)
  settled reload: ok
  = active (running)
12s #3 wait

# One that cannot either is dropped, and the old one goes on trying.
unit pool.a workers=1 policy=always delay=10s type=notify
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
0s #1 ready
  settled start: ok
  #1 (worker 1, slot 0, generation 1) serving active (running)
  = active (running)
10s #1 gone 3
  #1 end-checks
  #1 kill
  #1 (worker 1, slot 0, generation 1) serving deactivating (kill): exit 3
  = activating (start): worker 1: exit 3
  #1 (worker 1, slot 0, generation 1) serving activating (auto-restart): exit 3
  = activating (auto-restart): worker 1: exit 3
11s reload
  prepare 2 slots of 127.0.0.1:8001
11s prepared
  #2 prepare afresh
  #2 (worker 1, slot 1, generation 2) successor activating (pre-start)
  = activating (start): worker 1: exit 3
11s #2 up
  #2 spawn
  #2 (worker 1, slot 1, generation 2) successor activating (start)
12s #2 gone 4
  #2 end-checks
  #2 kill
  #2 (worker 1, slot 1, generation 2) successor deactivating (kill): exit 4
  trim to 2 slots of 127.0.0.1:8001
  = activating (auto-restart): worker 1: exit 3
  settled reload: failed, the new generation did not become ready: worker 1: exit 4
  = activating (auto-restart): the new generation did not become ready: worker 1: exit 4
30s #1 up
  at 20 s its time is up
  #1 prepare
  #1 (worker 1, slot 0, generation 1) serving activating (pre-start): exit 3
  = activating (start): the new generation did not become ready: worker 1: exit 4
  #1 spawn
  #1 (worker 1, slot 0, generation 1) serving activating (start): exit 3
  #1 (worker 1, slot 0, generation 1) serving activating (start)
30s #1 ready
  #1 (worker 1, slot 0, generation 1) serving active (running)
  = active (running): the new generation did not become ready: worker 1: exit 4

# While the pool cannot even listen there is nothing to reload.
unit pool.a workers=1
0s start
  prepare 2 slots of 127.0.0.1:8001
  = activating (start)
0s refused bind: in use
  settled start: failed, bind: in use
  failure: bind: in use
  = activating (auto-restart): bind: in use
1s reload
  at 1 s its time is up
  prepare 2 slots of 127.0.0.1:8001
  = activating (start)
  settled reload: failed, it is activating

# A generation of more workers has come when all of them are ready.
unit pool.more workers=1
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
1s reload
  prepare 3 slots of 127.0.0.1:8001
  = reloading (degraded)
1s prepared
  #2 prepare afresh
  #3 prepare afresh
  #2 (worker 2, slot 1, generation 2) serving activating (pre-start)
  #3 (worker 1, slot 2, generation 2) successor activating (pre-start)
2s #3 up
  #3 spawn
  #3 (worker 1, slot 2, generation 2) successor activating (start)
  steer [2]
  #1 drain slot 0 within 30 s
  #1 (worker 1, slot 0, generation 1) retiring deactivating (stop): replaced by generation 2
  #3 (worker 1, slot 2, generation 2) serving active (running)
2s #1 drained
  #1 end-checks
  #1 signal-main SIGTERM
2s #1 gone SIGTERM
  #1 kill
  #1 (worker 1, slot 0, generation 1) retiring deactivating (kill): replaced by generation 2
3s #2 up
  #2 spawn
  #2 (worker 2, slot 1, generation 2) serving activating (start)
  steer [1 2]
  trim to 3 slots of 127.0.0.1:8001
  #2 (worker 2, slot 1, generation 2) serving active (running)
  = reloading (running)
  settled reload: ok
  = active (running)
