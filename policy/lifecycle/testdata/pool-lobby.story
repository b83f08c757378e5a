# Every worker is about to end itself: new clients wait in the slot of the replacement that comes, and of the next one while
# the first worker leaves.
unit pool.a type=notify max_requests=1000 workers=2 after=5s
0s start
  prepare 4 slots of 127.0.0.1:8001
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
0s #1 ready
  #1 count-requests up to 924 in 1 s
  steer [0]
  settled start: ok
  #1 (worker 1, slot 0, generation 1) serving active (running)
  = active (degraded)
0s #2 up
  #2 spawn
  #2 (worker 2, slot 1, generation 1) serving activating (start)
0s #2 ready
  #2 count-requests up to 1047 in 1 s
  steer [0 1]
  #2 (worker 2, slot 1, generation 1) serving active (running)
  = active (running)
100s #1 worn 900
  #3 prepare afresh
  #3 (worker 1, slot 2, generation 1) successor activating (pre-start)
100s #3 up
  #3 spawn
  #3 (worker 1, slot 2, generation 1) successor activating (start)
101s #1 spent 905
  steer [1]
101s #2 spent 950
  steer [2]
  = active (running): every worker is about to reach its max_requests: new clients wait for the next replacement
102s #3 ready
  #3 count-requests up to 971 in 5 s
  #1 drain slot 0 within 30 s
  #1 (worker 1, slot 0, generation 1) retiring deactivating (stop): recycled: it has got 900 connections, and is about to reach its max_requests of 924
  #3 (worker 1, slot 2, generation 1) serving active (running)
  = active (running)
102s #3 spent 950
  steer [3]
  = active (running): every worker is about to reach its max_requests: new clients wait for the next replacement
103s #1 drained
  #1 end-checks
  #1 signal-main SIGTERM
103s #1 gone SIGTERM
  #1 kill
  #1 (worker 1, slot 0, generation 1) retiring deactivating (kill): recycled: it has got 900 connections, and is about to reach its max_requests of 924
  #4 prepare afresh
  #4 (worker 2, slot 3, generation 1) successor activating (pre-start)
104s #4 up
  #4 spawn
  #4 (worker 2, slot 3, generation 1) successor activating (start)
104s #4 ready
  #4 count-requests up to 1094 in 3 s
  #2 drain slot 1 within 30 s
  #2 (worker 2, slot 1, generation 1) retiring deactivating (stop): recycled: it has got 950 connections, and is about to reach its max_requests of 1047
  #4 (worker 2, slot 3, generation 1) serving active (running)
  = active (running)
104s #2 drained
  #2 end-checks
  #2 signal-main SIGTERM
104s #2 gone SIGTERM
  #2 kill
  #2 (worker 2, slot 1, generation 1) retiring deactivating (kill): recycled: it has got 950 connections, and is about to reach its max_requests of 1047
  #5 prepare afresh
  #5 (worker 1, slot 0, generation 1) successor activating (pre-start)

# Its replacement does not become ready: they go to workers again, and who waits is handed on. The next attempt has what is
# left of their patience.
unit pool.a type=notify max_requests=1000 workers=1 after=5s delay=2s
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
100s #1 spent 905
  steer [1]
  #2 prepare afresh
  #2 (worker 1, slot 1, generation 1) successor activating (pre-start)
  = active (running): every worker is about to reach its max_requests: new clients wait for the next replacement
101s #2 up
  #2 spawn
  #2 (worker 1, slot 1, generation 1) successor activating (start)
101s #2 gone 3
  #2 end-checks
  #2 kill
  steer [0], and who waits in [1]
  #2 (worker 1, slot 1, generation 1) successor deactivating (kill): exit 3
  = active (running)
  = active (running): worker 1: it has got 905 connections, and is about to reach its max_requests of 924, and its replacement did not become ready: exit 3; tried again later
103s wait
  at 1 min 43 s its time is up
  steer [1]
  #3 prepare afresh
  #3 (worker 1, slot 1, generation 1) successor activating (pre-start)
  = active (running): every worker is about to reach its max_requests: new clients wait for the next replacement; worker 1: it has got 905 connections, and is about to reach its max_requests of 924, and its replacement did not become ready: exit 3; tried again later
104s #3 up
  #3 spawn
  #3 (worker 1, slot 1, generation 1) successor activating (start)
105s #3 gone 3
  at 1 min 45 s its time is up
  steer [0], and who waits in [1]
  = active (running): worker 1: it has got 905 connections, and is about to reach its max_requests of 924, and its replacement did not become ready: exit 3; tried again later
  #3 end-checks
  #3 kill
  #3 (worker 1, slot 1, generation 1) successor deactivating (kill): exit 3
110s wait
  at 1 min 49 s its time is up
  #4 prepare afresh
  #4 (worker 1, slot 1, generation 1) successor activating (pre-start)

# It takes too long: they go to workers again, and who waits is handed on, until a worker is ready.
unit pool.a type=notify max_requests=1000 workers=1 after=5s
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
100s #1 spent 905
  steer [1]
  #2 prepare afresh
  #2 (worker 1, slot 1, generation 1) successor activating (pre-start)
  = active (running): every worker is about to reach its max_requests: new clients wait for the next replacement
100s #2 up
  #2 spawn
  #2 (worker 1, slot 1, generation 1) successor activating (start)
106s wait
  at 1 min 45 s its time is up
  steer [0], and who waits in [1]
  = active (running)
107s #2 ready
  #2 count-requests up to 1047 in 7 s
  steer [1]
  #1 drain slot 0 within 30 s
  #1 (worker 1, slot 0, generation 1) retiring deactivating (stop): recycled: it has got 905 connections, and is about to reach its max_requests of 924
  #2 (worker 1, slot 1, generation 1) serving active (running)
107s #1 drained
  #1 end-checks
  #1 signal-main SIGTERM
107s #1 gone SIGTERM
  #1 kill
  #1 (worker 1, slot 0, generation 1) retiring deactivating (kill): recycled: it has got 905 connections, and is about to reach its max_requests of 924
200s #2 spent 900
  steer [0]
  #3 prepare afresh
  #3 (worker 1, slot 0, generation 1) successor activating (pre-start)
  = active (running): every worker is about to reach its max_requests: new clients wait for the next replacement

# A worker that recovers has them at once.
unit pool.a type=notify max_requests=1000 workers=2 after=5s
0s start
  prepare 4 slots of 127.0.0.1:8001
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
0s #1 ready
  #1 count-requests up to 924 in 1 s
  steer [0]
  settled start: ok
  #1 (worker 1, slot 0, generation 1) serving active (running)
  = active (degraded)
0s #2 up
  #2 spawn
  #2 (worker 2, slot 1, generation 1) serving activating (start)
0s #2 ready
  #2 count-requests up to 1047 in 1 s
  steer [0 1]
  #2 (worker 2, slot 1, generation 1) serving active (running)
  = active (running)
100s #2 stuck
  steer [0]
101s #1 spent 905
  steer [2]
  #3 prepare afresh
  #3 (worker 1, slot 2, generation 1) successor activating (pre-start)
  = active (running): every worker is about to reach its max_requests: new clients wait for the next replacement
102s #2 unstuck
  steer [1]
  = active (running)

# At a stop who waits there is served by those that are still there; a reload begins with them, too.
unit pool.a type=notify max_requests=1000 workers=1 after=5s
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
100s #1 spent 905
  steer [1]
  #2 prepare afresh
  #2 (worker 1, slot 1, generation 1) successor activating (pre-start)
  = active (running): every worker is about to reach its max_requests: new clients wait for the next replacement
100s #2 up
  #2 spawn
  #2 (worker 1, slot 1, generation 1) successor activating (start)
101s stop
  steer [0], and who waits in [1]
  refuse
  #2 end-checks
  #2 signal-main SIGTERM
  #1 drain slot 0 within 15 s
  #1 (worker 1, slot 0, generation 1) serving deactivating (stop)
  #2 (worker 1, slot 1, generation 1) successor deactivating (stop)
  = deactivating (stop)
  #1 end-checks
  #1 signal-main SIGTERM

unit pool.a type=notify max_requests=1000 workers=1 after=5s
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
100s #1 spent 905
  steer [1]
  #2 prepare afresh
  #2 (worker 1, slot 1, generation 1) successor activating (pre-start)
  = active (running): every worker is about to reach its max_requests: new clients wait for the next replacement
101s reload
  prepare 3 slots of 127.0.0.1:8001
  steer [0]
  #2 (worker 1, slot 1, generation 1) retiring deactivating (stop)
  = reloading (running)

# Clients are not to wait at all: they go to workers that are about to end themselves.
unit pool.a type=notify max_requests=1000 workers=1 after=0s
0s start
  prepare 3 slots of 127.0.0.1:8001
  = activating (start)
0s prepared
  #1 prepare afresh
  answer 503, but not who waits in slots []
  #1 (worker 1, slot 0, generation 1) serving activating (pre-start)
0s #1 up
  #1 spawn
  #1 (worker 1, slot 0, generation 1) serving activating (start)
0s #1 ready
  #1 count-requests up to 924 in 500 ms
  steer [0]
  admit
  settled start: ok
  #1 (worker 1, slot 0, generation 1) serving active (running)
  = active (running)
100s #1 spent 905
  #2 prepare afresh
  #2 (worker 1, slot 1, generation 1) successor activating (pre-start)
