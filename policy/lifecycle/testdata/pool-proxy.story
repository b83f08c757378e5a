# With dispatch "proxy" each worker is told where to listen, in a place that is chosen for this start. It is ready only
# when it listens there; its health is asked for after that. With none ready nothing is steered to.
unit pool.a dispatch=proxy hang_timeout=30s health=http start_timeout=10s
0s start
  prepare 3 slots of 127.0.0.1:8001
  = activating (start)
0s prepared
  #1 prepare afresh
  #2 prepare afresh
  #1 (worker 1, slot 0, generation 1) serving activating (pre-start)
  #2 (worker 2, slot 1, generation 1) serving activating (pre-start)
0s #1 prepared 61001
  #1 spawn with port 61001
  #1 (worker 1, slot 0, generation 1) serving activating (start)
0s #1 spawned
  #1 await-listener
1s #2 prepared 61002
  #2 spawn with port 61002
  #2 (worker 2, slot 1, generation 1) serving activating (start)
1s #2 spawned
  #2 await-listener
2s #1 listens
  #1 watch-checks eagerly
2s #1 passes http
  #1 watch-queue of slot 0 within 30 s
  steer [0]
  settled start: ok
  #1 (worker 1, slot 0, generation 1) serving active (running)
  = active (degraded)
3s #2 gone 3
  #2 end-checks
  #2 kill
  #2 (worker 2, slot 1, generation 1) serving deactivating (kill): exit 3
  = active (degraded): worker 2: exit 3
  #2 (worker 2, slot 1, generation 1) serving activating (auto-restart): exit 3
5s #2 prepared 61003
  at 4 s its time is up
  #2 prepare
  #2 (worker 2, slot 1, generation 1) serving activating (pre-start): exit 3
  #2 spawn with port 61003
  #2 (worker 2, slot 1, generation 1) serving activating (start): exit 3
5s #2 spawned
  #2 await-listener
  #2 (worker 2, slot 1, generation 1) serving activating (start)
  = active (degraded)
6s #2 listens
  #2 watch-checks eagerly
6s #2 passes http
  #2 watch-queue of slot 1 within 30 s
  steer [0 1]
  #2 (worker 2, slot 1, generation 1) serving active (running)
  = active (running)
# A worker that leaves a request without an answer is hung.
7s #1 hung
  #1 end-checks
  #1 signal-main SIGTERM
  steer [1]
  #1 (worker 1, slot 0, generation 1) serving deactivating (stop): a request waited 30 s for its answer to begin
  = active (degraded): worker 1: a request waited 30 s for its answer to begin
7s #1 gone SIGTERM
  #1 kill
  #1 (worker 1, slot 0, generation 1) serving deactivating (kill): a request waited 30 s for its answer to begin
  #1 prepare
  #1 (worker 1, slot 0, generation 1) serving activating (pre-start): a request waited 30 s for its answer to begin
8s #2 gone SIGKILL
  #2 end-checks
  #2 kill
  steer []
  #2 (worker 2, slot 1, generation 1) serving deactivating (kill): SIGKILL
  = activating (start): worker 1: a request waited 30 s for its answer to begin
  #2 (worker 2, slot 1, generation 1) serving activating (auto-restart): SIGKILL, 2nd in a row
8s #1 up
  #1 spawn with port 61001
  #1 (worker 1, slot 0, generation 1) serving activating (start): a request waited 30 s for its answer to begin
  #1 await-listener
  #1 (worker 1, slot 0, generation 1) serving activating (start)
  = activating (start): worker 2: SIGKILL, 2nd in a row
  #1 watch-checks eagerly
  #1 watch-queue of slot 0 within 30 s
  steer [0]
  #1 (worker 1, slot 0, generation 1) serving active (running)
  = active (degraded): worker 2: SIGKILL, 2nd in a row
9s stop
  steer []
  refuse
  #1 drain slot 0 within 15 s
  #1 (worker 1, slot 0, generation 1) serving deactivating (stop)
  #2 (worker 2, slot 1, generation 1) serving inactive (dead)
  = deactivating (stop)
  #1 end-checks
  #1 signal-main SIGTERM
9s #1 gone SIGTERM
  #1 kill
  #1 (worker 1, slot 0, generation 1) serving deactivating (kill)
  release
  settled start: failed, it was stopped meanwhile
  settled stop: ok
  = inactive (dead)

# One that never listens where it was told to does not become ready.
unit pool.a dispatch=proxy workers=1 start_timeout=10s
0s start
  prepare 2 slots of 127.0.0.1:8001
  = activating (start)
0s prepared
  #1 prepare afresh
  #1 (worker 1, slot 0, generation 1) serving activating (pre-start)
0s #1 prepared 61001
  #1 spawn with port 61001
  #1 (worker 1, slot 0, generation 1) serving activating (start)
0s #1 spawned
  #1 await-listener
10s wait
  at 10 s its time is up
  #1 end-checks
  #1 signal-main SIGTERM
  #1 (worker 1, slot 0, generation 1) serving deactivating (stop): not ready within 10 s: nothing of it listens on port 61001
  = activating (start): worker 1: not ready within 10 s: nothing of it listens on port 61001
10s #1 gone SIGTERM
  #1 kill
  #1 (worker 1, slot 0, generation 1) serving deactivating (kill): not ready within 10 s: nothing of it listens on port 61001
  settled start: failed, worker 1: not ready within 10 s: nothing of it listens on port 61001
  #1 (worker 1, slot 0, generation 1) serving activating (auto-restart): not ready within 10 s: nothing of it listens on port 61001
  = activating (auto-restart): worker 1: not ready within 10 s: nothing of it listens on port 61001

# The same for sockets, and for a program that says itself when it has started.
unit pool.a dispatch=proxy workers=1 type=notify start_timeout=10s
0s start
  prepare 2 slots of 127.0.0.1:8001
  = activating (start)
0s prepared
  #1 prepare afresh
  #1 (worker 1, slot 0, generation 1) serving activating (pre-start)
0s #1 prepared /run/workers/pool.a.0
  #1 spawn with socket /run/workers/pool.a.0
  #1 (worker 1, slot 0, generation 1) serving activating (start)
0s #1 spawned
1s #1 ready
  #1 await-listener
10s wait
  at 10 s its time is up
  #1 end-checks
  #1 signal-main SIGTERM
  #1 (worker 1, slot 0, generation 1) serving deactivating (stop): not ready within 10 s: nothing of it listens at /run/workers/pool.a.0
  = activating (start): worker 1: not ready within 10 s: nothing of it listens at /run/workers/pool.a.0

# Requests are counted for the workers; one that has served enough is replaced like any well worker, and drains.
unit pool.a dispatch=proxy max_requests=1000
0s start
  prepare 3 slots of 127.0.0.1:8001
  = activating (start)
0s prepared
  #1 prepare afresh
  #2 prepare afresh
  #1 (worker 1, slot 0, generation 1) serving activating (pre-start)
  #2 (worker 2, slot 1, generation 1) serving activating (pre-start)
0s #1 up
  #1 spawn with port 61001
  #1 (worker 1, slot 0, generation 1) serving activating (start)
  #1 await-listener
  #1 count-requests up to 924
  steer [0]
  settled start: ok
  #1 (worker 1, slot 0, generation 1) serving active (running)
  = active (degraded)
0s #2 up
  #2 spawn with port 61002
  #2 (worker 2, slot 1, generation 1) serving activating (start)
  #2 await-listener
  #2 count-requests up to 1047
  steer [0 1]
  #2 (worker 2, slot 1, generation 1) serving active (running)
  = active (running)
60s #1 worn 1100
  #3 prepare afresh
  #3 (worker 1, slot 2, generation 1) successor activating (pre-start)
60s #3 up
  #3 spawn with port 61003
  #3 (worker 1, slot 2, generation 1) successor activating (start)
  #3 await-listener
  #3 count-requests up to 971
  steer [1 2]
  #1 drain slot 0 within 30 s
  #1 (worker 1, slot 0, generation 1) retiring deactivating (stop): recycled: it has served 1100 requests, which is its max_requests
  #3 (worker 1, slot 2, generation 1) serving active (running)
61s #2 worn 900
70s #1 drained
  #1 end-checks
  #1 signal-main SIGTERM
70s #1 gone SIGTERM
  #1 kill
  #1 (worker 1, slot 0, generation 1) retiring deactivating (kill): recycled: it has served 1100 requests, which is its max_requests
  #4 prepare afresh
  #4 (worker 2, slot 0, generation 1) successor activating (pre-start)
70s #4 up
  #4 spawn with port 61004
  #4 (worker 2, slot 0, generation 1) successor activating (start)
  #4 await-listener
  #4 count-requests up to 1094
  steer [0 2]
  #2 drain slot 1 within 30 s
  #2 (worker 2, slot 1, generation 1) retiring deactivating (stop): recycled: it has served 900 requests, which is its max_requests
  #4 (worker 2, slot 0, generation 1) serving active (running)

# Somebody else listens on its port.
unit pool.foreign dispatch=proxy workers=1 start_timeout=10s
0s start
  prepare 2 slots of 127.0.0.1:8001
  = activating (start)
0s prepared
  #1 prepare afresh
  #1 (worker 1, slot 0, generation 1) serving activating (pre-start)
0s #1 prepared 61001
  #1 spawn with port 61001
  #1 (worker 1, slot 0, generation 1) serving activating (start)
0s #1 spawned
  #1 await-listener
1s #1 listens another account (uid 33) listens at 127.0.0.1:61001
  #1 (worker 1, slot 0, generation 1) serving activating (start): another account (uid 33) listens at 127.0.0.1:61001
  = activating (start): worker 1: another account (uid 33) listens at 127.0.0.1:61001
11s #1 gone SIGTERM
  at 10 s its time is up
  #1 end-checks
  #1 signal-main SIGTERM
  #1 (worker 1, slot 0, generation 1) serving deactivating (stop): not ready within 10 s: nothing of it listens on port 61001: another account (uid 33) listens at 127.0.0.1:61001
  = activating (start): worker 1: not ready within 10 s: nothing of it listens on port 61001: another account (uid 33) listens at 127.0.0.1:61001
  #1 kill
  #1 (worker 1, slot 0, generation 1) serving deactivating (kill): not ready within 10 s: nothing of it listens on port 61001: another account (uid 33) listens at 127.0.0.1:61001
  settled start: failed, worker 1: not ready within 10 s: nothing of it listens on port 61001: another account (uid 33) listens at 127.0.0.1:61001
  #1 (worker 1, slot 0, generation 1) serving activating (auto-restart): not ready within 10 s: nothing of it listens on port 61001: another account (uid 33) listens at 127.0.0.1:61001
  = activating (auto-restart): worker 1: not ready within 10 s: nothing of it listens on port 61001: another account (uid 33) listens at 127.0.0.1:61001
12s #1 prepared 61002
  at 12 s its time is up
  #1 prepare
  settled start: failed, worker 1: not ready within 10 s: nothing of it listens on port 61001: another account (uid 33) listens at 127.0.0.1:61001
  #1 (worker 1, slot 0, generation 1) serving activating (pre-start): not ready within 10 s: nothing of it listens on port 61001: another account (uid 33) listens at 127.0.0.1:61001
  = activating (start): worker 1: not ready within 10 s: nothing of it listens on port 61001: another account (uid 33) listens at 127.0.0.1:61001
  #1 spawn with port 61002
  settled start: failed, worker 1: not ready within 10 s: nothing of it listens on port 61001: another account (uid 33) listens at 127.0.0.1:61001
  #1 (worker 1, slot 0, generation 1) serving activating (start): not ready within 10 s: nothing of it listens on port 61001: another account (uid 33) listens at 127.0.0.1:61001
12s #1 spawned
  #1 await-listener
  settled start: failed, 
  #1 (worker 1, slot 0, generation 1) serving activating (start)
  = activating (start)
12s #1 listens
  steer [0]
  settled start: ok
  #1 (worker 1, slot 0, generation 1) serving active (running)
  = active (running)
