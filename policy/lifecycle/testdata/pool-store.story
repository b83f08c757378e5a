# A worker that crashes finds what is stored for it; one that replaces it begins with that, and from then on each
# has its own: what the old worker still stores goes with it.
unit pool.a fd_store_max=3
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
1s #1 stores state conn
  #1 (worker 1, slot 0, generation 1) serving active (running) +state +conn
1s #2 stores other
  #2 (worker 2, slot 1, generation 1) serving active (running) +other
2s #1 gone SIGSEGV
  #1 end-checks
  #1 kill
  steer [1]
  #1 (worker 1, slot 0, generation 1) serving deactivating (kill): SIGSEGV +state +conn
  = active (degraded): worker 1: SIGSEGV
  #1 prepare
  #1 (worker 1, slot 0, generation 1) serving activating (pre-start): SIGSEGV +state +conn
2s #1 up
  #1 spawn
  #1 (worker 1, slot 0, generation 1) serving activating (start): SIGSEGV +state +conn
  steer [0 1]
  #1 (worker 1, slot 0, generation 1) serving active (running) +state +conn
  = active (running)
3s reload
  prepare 3 slots of 127.0.0.1:8001
  = reloading (running)
3s prepared
  #3 prepare afresh
  #3 (worker 1, slot 2, generation 2) successor activating (pre-start)
3s #3 up
  #3 spawn with what is stored for #1
  #3 (worker 1, slot 2, generation 2) successor activating (start)
  #3 (worker 1, slot 2, generation 2) successor activating (start) +state +conn
  steer [1 2]
  #1 drain slot 0 within 30 s
  #1 (worker 1, slot 0, generation 1) retiring deactivating (stop): replaced by generation 2 +state +conn
  #3 (worker 1, slot 2, generation 2) serving active (running) +state +conn
3s #3 stores state conn more
  #3 (worker 1, slot 2, generation 2) serving active (running) +state +conn +more
3s #1 stores state conn late
  #1 (worker 1, slot 0, generation 1) retiring deactivating (stop): replaced by generation 2 +state +conn +late
4s #1 drained
  #1 end-checks
  #1 signal-main SIGTERM
4s #1 gone SIGTERM
  #1 kill
  #1 (worker 1, slot 0, generation 1) retiring deactivating (kill): replaced by generation 2 +state +conn +late
  #1 discard
  #4 prepare afresh
  #4 (worker 2, slot 0, generation 2) successor activating (pre-start)
5s #4 up
  #4 spawn with what is stored for #2
  #4 (worker 2, slot 0, generation 2) successor activating (start)
  #4 (worker 2, slot 0, generation 2) successor activating (start) +other
  steer [0 2]
  #2 drain slot 1 within 30 s
  #2 (worker 2, slot 1, generation 1) retiring deactivating (stop): replaced by generation 2 +other
  #4 (worker 2, slot 0, generation 2) serving active (running) +other
5s #2 drained
  #2 end-checks
  #2 signal-main SIGTERM
  trim to 3 slots of 127.0.0.1:8001
  settled reload: ok
  = active (running)
5s #2 gone SIGTERM
  #2 kill
  #2 (worker 2, slot 1, generation 1) retiring deactivating (kill): replaced by generation 2 +other
  #2 discard

# A new generation that does not become ready takes what it has stored with it.
unit pool.b fd_store_max=3 type=notify
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
0s #1 spawned
0s #2 prepared
  #2 spawn
  #2 (worker 2, slot 1, generation 1) serving activating (start)
0s #2 spawned
1s #1 stores state
  #1 (worker 1, slot 0, generation 1) serving activating (start) +state
1s #1 ready
  steer [0]
  settled start: ok
  #1 (worker 1, slot 0, generation 1) serving active (running) +state
  = active (degraded)
1s #2 ready
  steer [0 1]
  #2 (worker 2, slot 1, generation 1) serving active (running)
  = active (running)
6s reload
  prepare 3 slots of 127.0.0.1:8001
  = reloading (running)
6s prepared
  #3 prepare afresh
  #3 (worker 1, slot 2, generation 2) successor activating (pre-start)
6s #3 prepared
  #3 spawn with what is stored for #1
  #3 (worker 1, slot 2, generation 2) successor activating (start)
  #3 (worker 1, slot 2, generation 2) successor activating (start) +state
6s #3 spawned
6s #3 stores state conn
  #3 (worker 1, slot 2, generation 2) successor activating (start) +state +conn
6s #3 gone 3
  #3 end-checks
  #3 kill
  #3 (worker 1, slot 2, generation 2) successor deactivating (kill): exit 3 +state +conn
  #3 discard
  trim to 3 slots of 127.0.0.1:8001
  settled reload: failed, the new generation did not become ready: worker 1: exit 3
  = active (running): the new generation did not become ready: worker 1: exit 3

# A restart brings each index what was stored for it. What was stored for one that there is no worker for any more is
# closed, and so it is where a worker is taken away.
unit pool.c fd_store_max=3
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
1s #1 stores first
  #1 (worker 1, slot 0, generation 1) serving active (running) +first
1s #2 stores second
  #2 (worker 2, slot 1, generation 1) serving active (running) +second
2s stop restart
  #1 end-checks
  #1 signal-main SIGTERM
  #2 end-checks
  #2 signal-main SIGTERM
  #1 (worker 1, slot 0, generation 1) serving deactivating (stop) +first
  #2 (worker 2, slot 1, generation 1) serving deactivating (stop) +second
  = deactivating (stop)
2s #2 gone SIGTERM
  #2 kill
  #2 (worker 2, slot 1, generation 1) serving deactivating (kill) +second
  #2 (worker 2, slot 1, generation 1) serving inactive (dead) +second
2s #1 gone SIGTERM
  #1 kill
  #1 (worker 1, slot 0, generation 1) serving deactivating (kill) +first
  settled start: failed, it was stopped meanwhile
  settled stop: ok
  = inactive (dead)
3s start
  prepare 3 slots of 127.0.0.1:8001
  = activating (start)
3s prepared
  #1 prepare afresh
  #2 prepare afresh
  steer [0 1]
  #1 (worker 1, slot 0, generation 2) serving activating (pre-start) +first
  #2 (worker 2, slot 1, generation 2) serving activating (pre-start) +second
3s #1 up
  #1 spawn
  #1 (worker 1, slot 0, generation 2) serving activating (start) +first
  steer [0]
  settled start: ok
  #1 (worker 1, slot 0, generation 2) serving active (running) +first
  = active (degraded)
3s #2 up
  #2 spawn
  #2 (worker 2, slot 1, generation 2) serving activating (start) +second
  steer [0 1]
  #2 (worker 2, slot 1, generation 2) serving active (running) +second
  = active (running)
4s stop restart
  #1 end-checks
  #1 signal-main SIGTERM
  #2 end-checks
  #2 signal-main SIGTERM
  #1 (worker 1, slot 0, generation 2) serving deactivating (stop) +first
  #2 (worker 2, slot 1, generation 2) serving deactivating (stop) +second
  = deactivating (stop)
4s #1 gone SIGTERM
  #1 kill
  #1 (worker 1, slot 0, generation 2) serving deactivating (kill) +first
  #1 (worker 1, slot 0, generation 2) serving inactive (dead) +first
4s #2 gone SIGTERM
  #2 kill
  #2 (worker 2, slot 1, generation 2) serving deactivating (kill) +second
  settled start: failed, it was stopped meanwhile
  settled stop: ok
  = inactive (dead)
4s scale 1
5s start
  #2 discard
  prepare 3 slots of 127.0.0.1:8001
  = activating (start)
5s prepared
  #1 prepare afresh
  steer [0]
  trim to 2 slots of 127.0.0.1:8001
  #1 (worker 1, slot 0, generation 3) serving activating (pre-start) +first
5s #1 up
  #1 spawn
  #1 (worker 1, slot 0, generation 3) serving activating (start) +first
  settled start: ok
  #1 (worker 1, slot 0, generation 3) serving active (running) +first
  = active (running)
5s scale 2
  prepare 3 slots of 127.0.0.1:8001
  = active (degraded)
5s prepared
  #6 prepare afresh
  #6 (worker 2, slot 1, generation 3) serving activating (pre-start)
5s #6 up
  #6 spawn
  #6 (worker 2, slot 1, generation 3) serving activating (start)
  steer [0 1]
  #6 (worker 2, slot 1, generation 3) serving active (running)
  = active (running)
5s #6 stores new
  #6 (worker 2, slot 1, generation 3) serving active (running) +new
6s scale 1
  steer [0]
  #6 drain slot 1 within 30 s
  #6 (worker 2, slot 1, generation 3) retiring deactivating (stop): scaled to 1 +new
6s #6 drained
  #6 end-checks
  #6 signal-main SIGTERM
6s #6 gone SIGTERM
  #6 kill
  #6 (worker 2, slot 1, generation 3) retiring deactivating (kill): scaled to 1 +new
  #6 discard
  trim to 2 slots of 127.0.0.1:8001
7s stop
  refuse
  #1 drain slot 0 within 15 s
  #1 (worker 1, slot 0, generation 3) serving deactivating (stop) +first
  = deactivating (stop)
  #1 end-checks
  #1 signal-main SIGTERM
7s #1 gone SIGTERM
  #1 kill
  #1 (worker 1, slot 0, generation 3) serving deactivating (kill) +first
  #1 discard
  release
  settled start: failed, it was stopped meanwhile
  settled stop: ok
  = inactive (dead)
