# Two workers, each in a slot of its own; the pool is up with the first of them.
unit pool.a health=http
0s start
  prepare 3 slots of 127.0.0.1:8001
  = activating (start)
1ms prepared
  #1 prepare afresh
  #2 prepare afresh
  steer [0 1]
  #1 (worker 1, slot 0, generation 1) serving activating (pre-start)
  #2 (worker 2, slot 1, generation 1) serving activating (pre-start)
2ms #1 prepared
  #1 spawn
  #1 (worker 1, slot 0, generation 1) serving activating (start)
2ms #2 prepared
  #2 spawn
  #2 (worker 2, slot 1, generation 1) serving activating (start)
3ms #1 spawned
  #1 watch-checks eagerly
4ms #2 spawned
  #2 watch-checks eagerly
5ms #2 passes http
  steer [1]
  settled start: ok
  #2 (worker 2, slot 1, generation 1) serving active (running)
  = active (degraded)
6ms #1 passes http
  steer [0 1]
  #1 (worker 1, slot 0, generation 1) serving active (running)
  = active (running)
7ms start
  settled start: ok
1h stop
  refuse
  #1 drain slot 0 within 15 s
  #2 drain slot 1 within 15 s
  #1 (worker 1, slot 0, generation 1) serving deactivating (stop)
  #2 (worker 2, slot 1, generation 1) serving deactivating (stop)
  = deactivating (stop)
  #1 end-checks
  #1 signal-main SIGTERM
  #2 end-checks
  #2 signal-main SIGTERM
1h0m1s #1 gone SIGTERM
  #1 kill
  #1 (worker 1, slot 0, generation 1) serving deactivating (kill)
  #1 (worker 1, slot 0, generation 1) serving inactive (dead)
1h0m2s #2 gone SIGTERM
  #2 kill
  #2 (worker 2, slot 1, generation 1) serving deactivating (kill)
  release
  settled start: failed, it was stopped meanwhile
  settled stop: ok
  = inactive (dead)

# min_ready: both are needed.
unit pool.b min_ready=2
0s start
  prepare 3 slots of 127.0.0.1:8001
  = activating (start)
1ms prepared
  #1 prepare afresh
  #2 prepare afresh
  steer [0 1]
  #1 (worker 1, slot 0, generation 1) serving activating (pre-start)
  #2 (worker 2, slot 1, generation 1) serving activating (pre-start)
2ms #1 up
  #1 spawn
  #1 (worker 1, slot 0, generation 1) serving activating (start)
  steer [0]
  #1 (worker 1, slot 0, generation 1) serving active (running)
3ms #2 up
  #2 spawn
  #2 (worker 2, slot 1, generation 1) serving activating (start)
  steer [0 1]
  settled start: ok
  #2 (worker 2, slot 1, generation 1) serving active (running)
  = active (running)
4s #1 gone SIGKILL
  #1 end-checks
  #1 kill
  steer [1]
  #1 (worker 1, slot 0, generation 1) serving deactivating (kill): SIGKILL
  = active (degraded): worker 1: SIGKILL
  #1 prepare
  #1 (worker 1, slot 0, generation 1) serving activating (pre-start): SIGKILL
4.5s #1 up
  #1 spawn
  #1 (worker 1, slot 0, generation 1) serving activating (start): SIGKILL
  steer [0 1]
  #1 (worker 1, slot 0, generation 1) serving active (running)
  = active (running)

# One worker dies and comes back in its slot; then both, and the pool is not up meanwhile.
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
10s #1 gone 3
  #1 end-checks
  #1 kill
  steer [1]
  #1 (worker 1, slot 0, generation 1) serving deactivating (kill): exit 3
  = active (degraded): worker 1: exit 3
  #1 (worker 1, slot 0, generation 1) serving activating (auto-restart): exit 3
11s #1 up
  at 11 s its time is up
  #1 prepare
  #1 (worker 1, slot 0, generation 1) serving activating (pre-start): exit 3
  #1 spawn
  #1 (worker 1, slot 0, generation 1) serving activating (start): exit 3
  steer [0 1]
  #1 (worker 1, slot 0, generation 1) serving active (running)
  = active (running)
12s #1 gone 3
  #1 end-checks
  #1 kill
  steer [1]
  #1 (worker 1, slot 0, generation 1) serving deactivating (kill): exit 3
  = active (degraded): worker 1: exit 3
  #1 (worker 1, slot 0, generation 1) serving activating (auto-restart): exit 3, 2nd in a row
  = active (degraded): worker 1: exit 3, 2nd in a row
12s #2 gone 3
  #2 end-checks
  #2 kill
  steer [0 1]
  #2 (worker 2, slot 1, generation 1) serving deactivating (kill): exit 3
  = activating (start): worker 1: exit 3, 2nd in a row
  #2 (worker 2, slot 1, generation 1) serving activating (auto-restart): exit 3
  = activating (auto-restart): worker 1: exit 3, 2nd in a row
13s #2 up
  at 13 s its time is up
  #2 prepare
  #2 (worker 2, slot 1, generation 1) serving activating (pre-start): exit 3
  = activating (start): worker 1: exit 3, 2nd in a row
  #2 spawn
  #2 (worker 2, slot 1, generation 1) serving activating (start): exit 3
  steer [1]
  #2 (worker 2, slot 1, generation 1) serving active (running)
  = active (degraded): worker 1: exit 3, 2nd in a row
14s #1 up
  at 14 s its time is up
  #1 prepare
  #1 (worker 1, slot 0, generation 1) serving activating (pre-start): exit 3, 2nd in a row
  #1 spawn
  #1 (worker 1, slot 0, generation 1) serving activating (start): exit 3, 2nd in a row
  steer [0 1]
  #1 (worker 1, slot 0, generation 1) serving active (running)
  = active (running)

# None of them starts: told once each has tried; they go on trying. A start by hand hastens them.
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
0s #1 prepared
  #1 spawn
  #1 (worker 1, slot 0, generation 1) serving activating (start)
0s #1 unspawned exec /srv/app: no such file or directory
  #1 (worker 1, slot 0, generation 1) serving activating (auto-restart): exec /srv/app: no such file or directory
  = activating (start): worker 1: exec /srv/app: no such file or directory
0s #2 prepared
  #2 spawn
  #2 (worker 2, slot 1, generation 1) serving activating (start)
0s #2 unspawned exec /srv/app: no such file or directory
  settled start: failed, worker 1: exec /srv/app: no such file or directory
  #2 (worker 2, slot 1, generation 1) serving activating (auto-restart): exec /srv/app: no such file or directory
  = activating (auto-restart): worker 1: exec /srv/app: no such file or directory
1.1s #1 prepared
  at 1 s its time is up
  #1 prepare
  #2 prepare
  settled start: failed, worker 1: exec /srv/app: no such file or directory
  #1 (worker 1, slot 0, generation 1) serving activating (pre-start): exec /srv/app: no such file or directory
  #2 (worker 2, slot 1, generation 1) serving activating (pre-start): exec /srv/app: no such file or directory
  = activating (start): worker 1: exec /srv/app: no such file or directory
  #1 spawn
  settled start: failed, worker 1: exec /srv/app: no such file or directory
  #1 (worker 1, slot 0, generation 1) serving activating (start): exec /srv/app: no such file or directory
1.1s #1 unspawned exec /srv/app: no such file or directory
  settled start: failed, worker 1: exec /srv/app: no such file or directory, 2nd in a row
  #1 (worker 1, slot 0, generation 1) serving activating (auto-restart): exec /srv/app: no such file or directory, 2nd in a row
  = activating (start): worker 1: exec /srv/app: no such file or directory, 2nd in a row
1.5s start
  #1 prepare afresh
  #1 (worker 1, slot 0, generation 1) serving activating (pre-start): exec /srv/app: no such file or directory, 2nd in a row
1.5s #2 up
  #2 spawn
  #2 (worker 2, slot 1, generation 1) serving activating (start): exec /srv/app: no such file or directory
  steer [1]
  settled start: ok
  #2 (worker 2, slot 1, generation 1) serving active (running)
  = active (degraded): worker 1: exec /srv/app: no such file or directory, 2nd in a row
1.6s #1 up
  #1 spawn
  #1 (worker 1, slot 0, generation 1) serving activating (start): exec /srv/app: no such file or directory, 2nd in a row
  steer [0 1]
  #1 (worker 1, slot 0, generation 1) serving active (running)
  = active (running)

# The start limit of all: failed, with the reason of the last.
unit pool.e burst=1
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
2s #2 gone 3
  #2 end-checks
  #2 kill
  steer [0]
  #2 (worker 2, slot 1, generation 1) serving deactivating (kill): exit 3
  = active (degraded): worker 2: exit 3
  #2 (worker 2, slot 1, generation 1) serving activating (auto-restart): exit 3
3s #1 gone 3
  at 3 s its time is up
  #2 prepare
  #2 (worker 2, slot 1, generation 1) serving activating (pre-start): exit 3
  #1 end-checks
  #1 kill
  steer [0 1]
  #1 (worker 1, slot 0, generation 1) serving deactivating (kill): exit 3
  = activating (start): worker 1: exit 3
  steer [1]
  #1 (worker 1, slot 0, generation 1) serving failed (start-limit): exit 3; gave up after 1 restart within 1 min
  = activating (start): worker 1: exit 3; gave up after 1 restart within 1 min
3s #2 up
  #2 spawn
  #2 (worker 2, slot 1, generation 1) serving activating (start): exit 3
  #2 (worker 2, slot 1, generation 1) serving active (running)
  = active (degraded): worker 1: exit 3; gave up after 1 restart within 1 min
4s #2 gone 3
  #2 end-checks
  #2 kill
  #2 (worker 2, slot 1, generation 1) serving deactivating (kill): exit 3
  = activating (start): worker 1: exit 3; gave up after 1 restart within 1 min
  release
  = deactivating (stop): worker 2: exit 3; gave up after 1 restart within 1 min
  settled start: failed, worker 2: exit 3; gave up after 1 restart within 1 min
  failure: worker 2: exit 3; gave up after 1 restart within 1 min
  ended: failed, worker 2: exit 3; gave up after 1 restart within 1 min
  = failed (start-limit): worker 2: exit 3; gave up after 1 restart within 1 min
5s start
  prepare 3 slots of 127.0.0.1:8001
  = activating (start)
5s prepared
  #3 prepare afresh
  #4 prepare afresh
  steer [0 1]
  #3 (worker 1, slot 0, generation 2) serving activating (pre-start)
  #4 (worker 2, slot 1, generation 2) serving activating (pre-start)
5s #3 up
  #3 spawn
  #3 (worker 1, slot 0, generation 2) serving activating (start)
  steer [0]
  settled start: ok
  #3 (worker 1, slot 0, generation 2) serving active (running)
  = active (degraded)

# One of them gives up, the other serves on.
unit pool.f burst=1
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
4s reset
  #1 prepare afresh
  #1 (worker 1, slot 0, generation 1) serving activating (pre-start)
  = active (degraded)

# Workers that do what they are for and end.
unit pool.g policy=on-failure
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
1s #1 gone 0
  #1 end-checks
  #1 kill
  steer [1]
  #1 (worker 1, slot 0, generation 1) serving deactivating (kill): exit 0
  = active (degraded): worker 1: exit 0
  #1 (worker 1, slot 0, generation 1) serving inactive (dead)
  = active (degraded)
2s #2 gone 0
  #2 end-checks
  #2 kill
  #2 (worker 2, slot 1, generation 1) serving deactivating (kill): exit 0
  = activating (start): worker 2: exit 0
  release
  = deactivating (stop)
  ended: ok
  = inactive (dead)

# A worker of a pool that has given up cannot be killed.
unit pool.h burst=1 workers=1 health=http
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
1s #1 gone 3
  #1 end-checks
  #1 kill
  #1 (worker 1, slot 0, generation 1) serving deactivating (kill): exit 3
  = activating (start): worker 1: exit 3
  #1 (worker 1, slot 0, generation 1) serving activating (auto-restart): exit 3
  = activating (auto-restart): worker 1: exit 3
2s #1 up
  at 2 s its time is up
  #1 prepare
  #1 (worker 1, slot 0, generation 1) serving activating (pre-start): exit 3
  = activating (start): worker 1: exit 3
  #1 spawn
  #1 (worker 1, slot 0, generation 1) serving activating (start): exit 3
  #1 watch-checks eagerly
  #1 (worker 1, slot 0, generation 1) serving activating (start)
  = activating (start)
  #1 (worker 1, slot 0, generation 1) serving active (running)
  = active (running)
3s #1 fails http timeout
4s #1 fails http timeout
  #1 end-checks
  #1 signal-main SIGTERM
  #1 (worker 1, slot 0, generation 1) serving deactivating (stop): health "http" failed 2 times: timeout
  = activating (start): worker 1: health "http" failed 2 times: timeout
5s wait
  at 5 s its time is up
  #1 kill
  #1 (worker 1, slot 0, generation 1) serving deactivating (kill): health "http" failed 2 times: timeout
13s #1 left 4711
  prepare 3 slots of 127.0.0.1:8001
  settled start: failed, worker 1: SIGKILL did not end pid 4711
  failure: worker 1: SIGKILL did not end pid 4711
  release
  ended: failed, worker 1: SIGKILL did not end pid 4711
  #1 (worker 1, slot 0, generation 1) serving failed (abandoned): SIGKILL did not end pid 4711
  = failed (abandoned): worker 1: SIGKILL did not end pid 4711
14s start
  settled start: failed, worker 1: SIGKILL did not end pid 4711
15s stop
  settled stop: failed, worker 1: SIGKILL did not end pid 4711
20s #1 empty
  = inactive (dead)
21s start
  prepare 2 slots of 127.0.0.1:8001
  = activating (start)

# It cannot be killed when the pool stops.
unit pool.i
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
1s stop
  refuse
  #1 drain slot 0 within 15 s
  #2 drain slot 1 within 15 s
  #1 (worker 1, slot 0, generation 1) serving deactivating (stop)
  #2 (worker 2, slot 1, generation 1) serving deactivating (stop)
  = deactivating (stop)
  #1 end-checks
  #1 signal-main SIGTERM
  #2 end-checks
  #2 signal-main SIGTERM
1s #1 gone SIGTERM
  #1 kill
  #1 (worker 1, slot 0, generation 1) serving deactivating (kill)
  #1 (worker 1, slot 0, generation 1) serving inactive (dead)
16s wait
  at 16 s its time is up
  #2 kill
  #2 (worker 2, slot 1, generation 1) serving deactivating (kill): SIGTERM did not end it within 15 s; killed
  = deactivating (stop): worker 2: SIGTERM did not end it within 15 s; killed
24s #2 left 4711
  settled start: failed, worker 2: SIGKILL did not end pid 4711
  settled stop: failed, worker 2: SIGKILL did not end pid 4711
  release
  ended: failed, worker 2: SIGKILL did not end pid 4711
  #2 (worker 2, slot 1, generation 1) serving failed (abandoned): SIGKILL did not end pid 4711
  = failed (abandoned): worker 2: SIGKILL did not end pid 4711
25s start
  settled start: failed, worker 2: SIGKILL did not end pid 4711
30s #2 empty
  = inactive (dead)

# Stop while the workers start, and while the listeners are opened.
unit pool.j
0s start
  prepare 3 slots of 127.0.0.1:8001
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
1s stop
  refuse
  #1 end-checks
  #1 signal-main SIGTERM
  #1 (worker 1, slot 0, generation 1) serving deactivating (stop)
  #2 (worker 2, slot 1, generation 1) serving deactivating (stop)
  = deactivating (stop)
2s #2 prepared
  #2 (worker 2, slot 1, generation 1) serving inactive (dead)
2s #1 unspawned exec /srv/app: no such file or directory
  release
  settled start: failed, it was stopped meanwhile
  settled stop: ok
  = inactive (dead)
3s start
  prepare 3 slots of 127.0.0.1:8001
  = activating (start)
4s stop
  release
  = deactivating (stop)
  settled start: failed, it was stopped meanwhile
  settled stop: ok
  = inactive (dead)
5s prepared

# Restart: the listeners stay open.
unit pool.k
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
1s stop restart
  #1 end-checks
  #1 signal-main SIGTERM
  #2 end-checks
  #2 signal-main SIGTERM
  #1 (worker 1, slot 0, generation 1) serving deactivating (stop)
  #2 (worker 2, slot 1, generation 1) serving deactivating (stop)
  = deactivating (stop)
1s #1 gone SIGTERM
  #1 kill
  #1 (worker 1, slot 0, generation 1) serving deactivating (kill)
  #1 (worker 1, slot 0, generation 1) serving inactive (dead)
1s #2 gone SIGTERM
  #2 kill
  #2 (worker 2, slot 1, generation 1) serving deactivating (kill)
  settled start: failed, it was stopped meanwhile
  settled stop: ok
  = inactive (dead)
1s start
  prepare 3 slots of 127.0.0.1:8001
  = activating (start)
1s prepared
  #3 prepare afresh
  #4 prepare afresh
  steer [0 1]
  #3 (worker 1, slot 0, generation 2) serving activating (pre-start)
  #4 (worker 2, slot 1, generation 2) serving activating (pre-start)
1s #3 up
  #3 spawn
  #3 (worker 1, slot 0, generation 2) serving activating (start)
  steer [0]
  settled start: ok
  #3 (worker 1, slot 0, generation 2) serving active (running)
  = active (degraded)

# A restart whose start does not come.
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
1s stop restart
  #1 end-checks
  #1 signal-main SIGTERM
  #1 (worker 1, slot 0, generation 1) serving deactivating (stop)
  = deactivating (stop)
1s #1 gone SIGTERM
  #1 kill
  #1 (worker 1, slot 0, generation 1) serving deactivating (kill)
  settled start: failed, it was stopped meanwhile
  settled stop: ok
  = inactive (dead)
2s blocked requires app.db, which failed: exit 3
  release
  = failed (dependency): requires app.db, which failed: exit 3
