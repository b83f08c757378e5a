# A worker that is old enough is replaced: one at a time, the replacement ready before the old one drains. Each has
# its own jitter.
unit pool.a max_age=1h
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
55m30s #3 up
  at 55 min 24 s its time is up
  #3 prepare afresh
  #3 (worker 1, slot 2, generation 1) successor activating (pre-start)
  #3 spawn
  #3 (worker 1, slot 2, generation 1) successor activating (start)
  steer [1 2]
  #1 drain slot 0 within 30 s
  #1 (worker 1, slot 0, generation 1) retiring deactivating (stop): recycled: it has reached its max_age
  #3 (worker 1, slot 2, generation 1) serving active (running)
55m40s #1 drained
  #1 end-checks
  #1 signal-main SIGTERM
55m41s #1 gone SIGTERM
  #1 kill
  #1 (worker 1, slot 0, generation 1) retiring deactivating (kill): recycled: it has reached its max_age
62m40s wait
63m #4 up
  at 1 h 2 min 49 s its time is up
  #4 prepare afresh
  #4 (worker 2, slot 0, generation 1) successor activating (pre-start)
  #4 spawn
  #4 (worker 2, slot 0, generation 1) successor activating (start)
  steer [0 2]
  #2 drain slot 1 within 30 s
  #2 (worker 2, slot 1, generation 1) retiring deactivating (stop): recycled: it has reached its max_age
  #4 (worker 2, slot 0, generation 1) serving active (running)
63m #2 drained
  #2 end-checks
  #2 signal-main SIGTERM
63m #2 gone SIGTERM
  #2 kill
  #2 (worker 2, slot 1, generation 1) retiring deactivating (kill): recycled: it has reached its max_age
64m wait

# Two are due: the second waits until the first is gone.
unit pool.a max_age=10s
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
12s #3 up
  at 9 s its time is up
  #3 prepare afresh
  #3 (worker 1, slot 2, generation 1) successor activating (pre-start)
  at 10 s its time is up
  #3 spawn
  #3 (worker 1, slot 2, generation 1) successor activating (start)
  steer [1 2]
  #1 drain slot 0 within 30 s
  #1 (worker 1, slot 0, generation 1) retiring deactivating (stop): recycled: it has reached its max_age
  #3 (worker 1, slot 2, generation 1) serving active (running)
12s #1 drained
  #1 end-checks
  #1 signal-main SIGTERM
13s #1 gone SIGTERM
  #1 kill
  #1 (worker 1, slot 0, generation 1) retiring deactivating (kill): recycled: it has reached its max_age
  #4 prepare afresh
  #4 (worker 2, slot 0, generation 1) successor activating (pre-start)
13s #4 up
  #4 spawn
  #4 (worker 2, slot 0, generation 1) successor activating (start)
  steer [0 2]
  #2 drain slot 1 within 30 s
  #2 (worker 2, slot 1, generation 1) retiring deactivating (stop): recycled: it has reached its max_age
  #4 (worker 2, slot 0, generation 1) serving active (running)
13s #2 drained
  #2 end-checks
  #2 signal-main SIGTERM
13s #2 gone SIGTERM
  #2 kill
  #2 (worker 2, slot 1, generation 1) retiring deactivating (kill): recycled: it has reached its max_age
13s wait

# A replacement that does not become ready is dropped and counts as no failure; the old worker serves on, and it is
# tried again, later each time.
unit pool.a type=notify max_age=1h workers=1 delay=10s
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
55m25s #2 prepared
  at 55 min 24 s its time is up
  #2 prepare afresh
  #2 (worker 1, slot 1, generation 1) successor activating (pre-start)
  #2 spawn
  #2 (worker 1, slot 1, generation 1) successor activating (start)
55m25s #2 spawned
55m26s #2 gone 3
  #2 end-checks
  #2 kill
  #2 (worker 1, slot 1, generation 1) successor deactivating (kill): exit 3
  = active (running): worker 1: it has reached its max_age, and its replacement did not become ready: exit 3; tried again later
55m37s #3 prepared
  at 55 min 36 s its time is up
  #3 prepare afresh
  #3 (worker 1, slot 1, generation 1) successor activating (pre-start)
  #3 spawn
  #3 (worker 1, slot 1, generation 1) successor activating (start)
55m37s #3 spawned
55m38s #3 gone 3
  #3 end-checks
  #3 kill
  #3 (worker 1, slot 1, generation 1) successor deactivating (kill): exit 3
56m #4 up
  at 55 min 58 s its time is up
  #4 prepare afresh
  #4 (worker 1, slot 1, generation 1) successor activating (pre-start)
  #4 spawn
  #4 (worker 1, slot 1, generation 1) successor activating (start)
56m #4 ready
  steer [1]
  #1 drain slot 0 within 30 s
  #1 (worker 1, slot 0, generation 1) retiring deactivating (stop): recycled: it has reached its max_age
  #4 (worker 1, slot 1, generation 1) serving active (running)
  = active (running)
56m #1 drained
  #1 end-checks
  #1 signal-main SIGTERM
56m #1 gone SIGTERM
  #1 kill
  #1 (worker 1, slot 0, generation 1) retiring deactivating (kill): recycled: it has reached its max_age

# A reload replaces them all, so what recycling has begun is dropped.
unit pool.a max_age=1h workers=1
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
55m30s reload
  at 55 min 24 s its time is up
  #2 prepare afresh
  #2 (worker 1, slot 1, generation 1) successor activating (pre-start)
  prepare 2 slots of 127.0.0.1:8001
  #2 (worker 1, slot 1, generation 1) retiring deactivating (stop)
  = reloading (running)
55m30s prepared
55m30s #2 prepared
  #3 prepare afresh
  #3 (worker 1, slot 1, generation 2) successor activating (pre-start)
55m31s #3 up
  #3 spawn
  #3 (worker 1, slot 1, generation 2) successor activating (start)
  steer [1]
  #1 drain slot 0 within 30 s
  #1 (worker 1, slot 0, generation 1) retiring deactivating (stop): replaced by generation 2
  #3 (worker 1, slot 1, generation 2) serving active (running)
55m31s #1 drained
  #1 end-checks
  #1 signal-main SIGTERM
  trim to 2 slots of 127.0.0.1:8001
  settled reload: ok
  = active (running)
55m31s #1 gone SIGTERM
  #1 kill
  #1 (worker 1, slot 0, generation 1) retiring deactivating (kill): replaced by generation 2
60m wait

# While the pool rolls nothing is recycled; a worker that serves on after a roll that failed still is.
unit pool.a type=notify max_age=1h workers=1
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
55m reload
  prepare 2 slots of 127.0.0.1:8001
  = reloading (running)
55m prepared
  #2 prepare afresh
  #2 (worker 1, slot 1, generation 2) successor activating (pre-start)
55m30s #2 prepared
  at 55 min 24 s its time is up
  #2 spawn
  #2 (worker 1, slot 1, generation 2) successor activating (start)
55m30s #2 spawned
55m31s #2 gone 3
  #2 end-checks
  #2 kill
  #2 (worker 1, slot 1, generation 2) successor deactivating (kill): exit 3
  trim to 2 slots of 127.0.0.1:8001
  settled reload: failed, the new generation did not become ready: worker 1: exit 3
  #3 prepare afresh
  #3 (worker 1, slot 1, generation 1) successor activating (pre-start)
  = active (running): the new generation did not become ready: worker 1: exit 3
55m40s #3 up
  #3 spawn
  #3 (worker 1, slot 1, generation 1) successor activating (start)
55m40s #3 ready
  steer [1]
  #1 drain slot 0 within 30 s
  #1 (worker 1, slot 0, generation 1) retiring deactivating (stop): recycled: it has reached its max_age
  #3 (worker 1, slot 1, generation 1) serving active (running)
55m40s #1 drained
  #1 end-checks
  #1 signal-main SIGTERM
55m41s #1 gone SIGTERM
  #1 kill
  #1 (worker 1, slot 0, generation 1) retiring deactivating (kill): recycled: it has reached its max_age

# What was started anew is young again; a worker that dies while its replacement gets ready is replaced all the same.
unit pool.a max_age=1h workers=1
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
55m #1 gone SIGSEGV
  #1 end-checks
  #1 kill
  #1 (worker 1, slot 0, generation 1) serving deactivating (kill): SIGSEGV
  = activating (start): worker 1: SIGSEGV
  #1 prepare
  #1 (worker 1, slot 0, generation 1) serving activating (pre-start): SIGSEGV
55m #1 up
  #1 spawn
  #1 (worker 1, slot 0, generation 1) serving activating (start): SIGSEGV
  #1 (worker 1, slot 0, generation 1) serving active (running)
  = active (running)
109m wait
110m25s #1 gone SIGSEGV
  at 1 h 50 min 24 s its time is up
  #2 prepare afresh
  #2 (worker 1, slot 1, generation 1) successor activating (pre-start)
  #1 end-checks
  #1 kill
  #1 (worker 1, slot 0, generation 1) serving deactivating (kill): SIGSEGV
  = activating (start): worker 1: SIGSEGV
  #1 prepare
  #1 (worker 1, slot 0, generation 1) serving activating (pre-start): SIGSEGV
110m26s #2 up
  #2 spawn
  #2 (worker 1, slot 1, generation 1) successor activating (start)
  steer [1]
  #1 (worker 1, slot 0, generation 1) retiring deactivating (stop): recycled: it has reached its max_age
  #2 (worker 1, slot 1, generation 1) serving active (running)
  = active (running)
110m26s #1 prepared

# A stop ends recycling too.
unit pool.a max_age=1h workers=1
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
55m30s stop
  at 55 min 24 s its time is up
  #2 prepare afresh
  #2 (worker 1, slot 1, generation 1) successor activating (pre-start)
  refuse
  #1 drain slot 0 within 15 s
  #1 (worker 1, slot 0, generation 1) serving deactivating (stop)
  #2 (worker 1, slot 1, generation 1) successor deactivating (stop)
  = deactivating (stop)
  #1 end-checks
  #1 signal-main SIGTERM
55m30s #2 prepared
  #2 (worker 1, slot 1, generation 1) successor inactive (dead)
55m30s #1 gone SIGTERM
  #1 kill
  #1 (worker 1, slot 0, generation 1) serving deactivating (kill)
  release
  settled start: failed, it was stopped meanwhile
  settled stop: ok
  = inactive (dead)

# A ready worker that exits well in a pool with max_requests has served enough: it starts again at once, in its slot,
# however often. Anything else is a failure as ever.
unit pool.a type=notify max_requests=1000 workers=1 burst=1
0s start
  prepare 3 slots of 127.0.0.1:8001
  = activating (start)
0s prepared
  #1 prepare afresh
  steer [0]
  #1 (worker 1, slot 0, generation 1) serving activating (pre-start)
0s #1 up
  #1 spawn
  #1 (worker 1, slot 0, generation 1) serving activating (start)
0s #1 ready
  #1 count-requests up to 924 in 500 ms
  settled start: ok
  #1 (worker 1, slot 0, generation 1) serving active (running)
  = active (running)
10s #1 gone 0
  #1 end-checks
  #1 kill
  #1 (worker 1, slot 0, generation 1) serving deactivating (kill): exit 0, recycled
  = activating (start): worker 1: exit 0, recycled
  #1 prepare
  #1 (worker 1, slot 0, generation 1) serving activating (pre-start): exit 0, recycled
10s #1 up
  #1 spawn
  #1 (worker 1, slot 0, generation 1) serving activating (start): exit 0, recycled
  #1 (worker 1, slot 0, generation 1) serving activating (start)
  = activating (start)
10s #1 ready
  #1 count-requests up to 924 in 500 ms
  #1 (worker 1, slot 0, generation 1) serving active (running)
  = active (running)
11s #1 gone 0
  #1 end-checks
  #1 kill
  #1 (worker 1, slot 0, generation 1) serving deactivating (kill): exit 0, recycled
  = activating (start): worker 1: exit 0, recycled
  #1 prepare
  #1 (worker 1, slot 0, generation 1) serving activating (pre-start): exit 0, recycled
11s #1 up
  #1 spawn
  #1 (worker 1, slot 0, generation 1) serving activating (start): exit 0, recycled
  #1 (worker 1, slot 0, generation 1) serving activating (start)
  = activating (start)
11s #1 ready
  #1 count-requests up to 924 in 500 ms
  #1 (worker 1, slot 0, generation 1) serving active (running)
  = active (running)
12s #1 gone 3
  #1 end-checks
  #1 kill
  #1 (worker 1, slot 0, generation 1) serving deactivating (kill): exit 3
  = activating (start): worker 1: exit 3
  #1 (worker 1, slot 0, generation 1) serving activating (auto-restart): exit 3
  = activating (auto-restart): worker 1: exit 3
13s #1 up
  at 13 s its time is up
  #1 prepare
  #1 (worker 1, slot 0, generation 1) serving activating (pre-start): exit 3
  = activating (start): worker 1: exit 3
  #1 spawn
  #1 (worker 1, slot 0, generation 1) serving activating (start): exit 3
  #1 (worker 1, slot 0, generation 1) serving activating (start)
  = activating (start)
14s #1 gone 0
  #1 end-checks
  #1 kill
  #1 (worker 1, slot 0, generation 1) serving deactivating (kill): exit 0 before it was ready
  = activating (start): worker 1: exit 0 before it was ready
  release
  = deactivating (stop): worker 1: exit 0 before it was ready; gave up after 1 restart within 1 min
  settled start: failed, worker 1: exit 0 before it was ready; gave up after 1 restart within 1 min
  failure: worker 1: exit 0 before it was ready; gave up after 1 restart within 1 min
  ended: failed, worker 1: exit 0 before it was ready; gave up after 1 restart within 1 min
  = failed (start-limit): worker 1: exit 0 before it was ready; gave up after 1 restart within 1 min

# A worker that uses too much memory is replaced as one that is too old is. Its own restart makes it well.
unit pool.a max_memory=100 workers=2
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
  #1 watch-memory up to 98 MiB
  steer [0]
  settled start: ok
  #1 (worker 1, slot 0, generation 1) serving active (running)
  = active (degraded)
0s #2 up
  #2 spawn
  #2 (worker 2, slot 1, generation 1) serving activating (start)
  #2 watch-memory up to 92 MiB
  steer [0 1]
  #2 (worker 2, slot 1, generation 1) serving active (running)
  = active (running)
10s #1 outgrown 120
  #3 prepare afresh
  #3 (worker 1, slot 2, generation 1) successor activating (pre-start)
10s #2 outgrown 120
11s #1 gone SIGKILL
  #1 end-checks
  #1 kill
  steer [1]
  #1 (worker 1, slot 0, generation 1) serving deactivating (kill): SIGKILL
  = active (degraded): worker 1: SIGKILL
  #1 prepare
  #1 (worker 1, slot 0, generation 1) serving activating (pre-start): SIGKILL
11s #1 up
  #1 spawn
  #1 (worker 1, slot 0, generation 1) serving activating (start): SIGKILL
  #1 watch-memory up to 98 MiB
  steer [0 1]
  #1 (worker 1, slot 0, generation 1) serving active (running)
  = active (running)
12s #3 up
  #3 spawn
  #3 (worker 1, slot 2, generation 1) successor activating (start)
  #3 watch-memory up to 96 MiB
  steer [1 2]
  #1 drain slot 0 within 30 s
  #1 (worker 1, slot 0, generation 1) retiring deactivating (stop)
  #3 (worker 1, slot 2, generation 1) serving active (running)
12s #1 drained
  #1 end-checks
  #1 signal-main SIGTERM
12s #1 gone SIGTERM
  #1 kill
  #1 (worker 1, slot 0, generation 1) retiring deactivating (kill)
  #4 prepare afresh
  #4 (worker 2, slot 0, generation 1) successor activating (pre-start)
13s #4 up
  #4 spawn
  #4 (worker 2, slot 0, generation 1) successor activating (start)
  #4 watch-memory up to 90 MiB
  steer [0 2]
  #2 drain slot 1 within 30 s
  #2 (worker 2, slot 1, generation 1) retiring deactivating (stop): recycled: it uses 120 MiB, which max_memory does not allow
  #4 (worker 2, slot 0, generation 1) serving active (running)
13s #2 drained
  #2 end-checks
  #2 signal-main SIGTERM
13s #2 gone SIGTERM
  #2 kill
  #2 (worker 2, slot 1, generation 1) retiring deactivating (kill): recycled: it uses 120 MiB, which max_memory does not allow
14s #2 outgrown 120

# Somebody wants one worker replaced. What cannot replace it is dropped and not tried again.
unit pool.a workers=2 policy=always
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
10s replace 2
  #3 prepare afresh
  #3 (worker 2, slot 2, generation 1) successor activating (pre-start)
10s #3 up
  #3 spawn
  #3 (worker 2, slot 2, generation 1) successor activating (start)
  steer [0 2]
  #2 drain slot 1 within 30 s
  #2 (worker 2, slot 1, generation 1) retiring deactivating (stop): recycled: its restart was asked for
  #3 (worker 2, slot 2, generation 1) serving active (running)
10s #2 drained
  #2 end-checks
  #2 signal-main SIGTERM
11s #2 gone SIGTERM
  #2 kill
  #2 (worker 2, slot 1, generation 1) retiring deactivating (kill): recycled: its restart was asked for
20s replace 9
30s replace 1
  #4 prepare afresh
  #4 (worker 1, slot 1, generation 1) successor activating (pre-start)
30s #4 prepared
  #4 spawn
  #4 (worker 1, slot 1, generation 1) successor activating (start)
30s #4 unspawned no such file
60s wait
70s #3 gone 3
  #3 end-checks
  #3 kill
  steer [0]
  #3 (worker 2, slot 2, generation 1) serving deactivating (kill): exit 3
  = active (degraded): worker 2: exit 3
  #3 (worker 2, slot 2, generation 1) serving activating (auto-restart): exit 3
70s replace 2
  #3 prepare afresh
  #3 (worker 2, slot 2, generation 1) serving activating (pre-start): exit 3
70s #3 up
  #3 spawn
  #3 (worker 2, slot 2, generation 1) serving activating (start): exit 3
  steer [0 2]
  #3 (worker 2, slot 2, generation 1) serving active (running)
  = active (running)

# Its connections are counted beside it: it is replaced before it exits, and gets no new ones shortly before that.
unit pool.a max_requests=1000 workers=2
0s start
  prepare 4 slots of 127.0.0.1:8001
  = activating (start)
0s prepared
  #1 prepare afresh
  #2 prepare afresh
  steer [0 1]
  #1 (worker 1, slot 0, generation 1) serving activating (pre-start)
  #2 (worker 2, slot 1, generation 1) serving activating (pre-start)
0s #1 prepared
  #1 spawn
  #1 (worker 1, slot 0, generation 1) serving activating (start)
2s #1 spawned
  #1 count-requests up to 924 in 5 s
  steer [0]
  settled start: ok
  #1 (worker 1, slot 0, generation 1) serving active (running)
  = active (degraded)
0s #2 up
  #2 spawn
  #2 (worker 2, slot 1, generation 1) serving activating (start)
  #2 count-requests up to 1047 in 1 s
  steer [0 1]
  #2 (worker 2, slot 1, generation 1) serving active (running)
  = active (running)
100s #1 worn 900
  #3 prepare afresh
  #3 (worker 1, slot 2, generation 1) successor activating (pre-start)
101s #2 spent 950
  steer [0]
102s #3 up
  #3 spawn
  #3 (worker 1, slot 2, generation 1) successor activating (start)
  #3 count-requests up to 971 in 5 s
  steer [2]
  #1 drain slot 0 within 30 s
  #1 (worker 1, slot 0, generation 1) retiring deactivating (stop): recycled: it has got 900 connections, and is about to reach its max_requests of 924
  #3 (worker 1, slot 2, generation 1) serving active (running)
102s #1 drained
  #1 end-checks
  #1 signal-main SIGTERM
103s #1 gone SIGTERM
  #1 kill
  #1 (worker 1, slot 0, generation 1) retiring deactivating (kill): recycled: it has got 900 connections, and is about to reach its max_requests of 924
  #4 prepare afresh
  #4 (worker 2, slot 0, generation 1) successor activating (pre-start)
104s #4 up
  #4 spawn
  #4 (worker 2, slot 0, generation 1) successor activating (start)
  #4 count-requests up to 1094 in 3 s
  steer [0 2]
  #2 drain slot 1 within 30 s
  #2 (worker 2, slot 1, generation 1) retiring deactivating (stop): recycled: it has got 950 connections, and is about to reach its max_requests of 1047
  #4 (worker 2, slot 0, generation 1) serving active (running)
104s #2 drained
  #2 end-checks
  #2 signal-main SIGTERM
105s #2 gone SIGTERM
  #2 kill
  #2 (worker 2, slot 1, generation 1) retiring deactivating (kill): recycled: it has got 950 connections, and is about to reach its max_requests of 1047

# alone, it gets them nevertheless, and may come to its number.
unit pool.a max_requests=1000 workers=1
0s start
  prepare 3 slots of 127.0.0.1:8001
  = activating (start)
0s prepared
  #1 prepare afresh
  steer [0]
  #1 (worker 1, slot 0, generation 1) serving activating (pre-start)
0s #1 up
  #1 spawn
  #1 (worker 1, slot 0, generation 1) serving activating (start)
  #1 count-requests up to 924 in 500 ms
  settled start: ok
  #1 (worker 1, slot 0, generation 1) serving active (running)
  = active (running)
100s #1 spent 950
  #2 prepare afresh
  #2 (worker 1, slot 1, generation 1) successor activating (pre-start)
101s #1 gone 0
  #1 end-checks
  #1 kill
  #1 (worker 1, slot 0, generation 1) serving deactivating (kill): exit 0, recycled
  = activating (start): worker 1: exit 0, recycled
  #1 prepare
  #1 (worker 1, slot 0, generation 1) serving activating (pre-start): exit 0, recycled
101s #1 up
  #1 spawn
  #1 (worker 1, slot 0, generation 1) serving activating (start): exit 0, recycled
  #1 count-requests up to 924 in 500 ms
  #1 (worker 1, slot 0, generation 1) serving active (running)
  = active (running)
102s #2 up
  #2 spawn
  #2 (worker 1, slot 1, generation 1) successor activating (start)
  #2 count-requests up to 1047 in 2 s
  steer [1]
  #1 drain slot 0 within 30 s
  #1 (worker 1, slot 0, generation 1) retiring deactivating (stop)
  #2 (worker 1, slot 1, generation 1) serving active (running)

# A pipeline is about to change the code in place: nothing is recycled, not even what has begun to be, until it is done. Who
# asks for a restart gets it.
unit pool.a max_age=10s
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
9.5s pauses pipeline.deploy
  at 9 s its time is up
  #3 prepare afresh
  #3 (worker 1, slot 2, generation 1) successor activating (pre-start)
  #3 (worker 1, slot 2, generation 1) retiring deactivating (stop)
  = active (running): worker 1: it has reached its max_age; it is recycled once pipeline.deploy has deployed
9.6s #3 prepared
20s wait
  at 10 s its time is up
22s replace 2
  #4 prepare afresh
  #4 (worker 2, slot 2, generation 1) successor activating (pre-start)
23s #4 up
  #4 spawn
  #4 (worker 2, slot 2, generation 1) successor activating (start)
  steer [0 2]
  #2 drain slot 1 within 30 s
  #2 (worker 2, slot 1, generation 1) retiring deactivating (stop): recycled: its restart was asked for
  #4 (worker 2, slot 2, generation 1) serving active (running)
24s #2 drained
  #2 end-checks
  #2 signal-main SIGTERM
24s #2 gone SIGTERM
  #2 kill
  #2 (worker 2, slot 1, generation 1) retiring deactivating (kill): recycled: its restart was asked for
25s wait
30s pauses
  #5 prepare afresh
  #5 (worker 1, slot 1, generation 1) successor activating (pre-start)
  = active (running)
31s #5 up
  #5 spawn
  #5 (worker 1, slot 1, generation 1) successor activating (start)
  steer [1 2]
  #1 drain slot 0 within 30 s
  #1 (worker 1, slot 0, generation 1) retiring deactivating (stop): recycled: it has reached its max_age
  #5 (worker 1, slot 1, generation 1) serving active (running)
32s #1 drained
  #1 end-checks
  #1 signal-main SIGTERM
32s #1 gone SIGTERM
  #1 kill
  #1 (worker 1, slot 0, generation 1) retiring deactivating (kill): recycled: it has reached its max_age
