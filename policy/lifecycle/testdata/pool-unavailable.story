# Without a ready worker clients wait in the queue of one that is about to come; after a while the manager answers.
unit pool.a workers=1 after=5s health=http
0s start
  prepare 2 slots of 127.0.0.1:8001
  = activating (start)
0s prepared
  #1 prepare afresh
  steer [0]
  #1 (worker 1, slot 0, generation 1) serving activating (pre-start)
0s #1 prepared
  #1 spawn
  #1 (worker 1, slot 0, generation 1) serving activating (start)
0s #1 spawned
  #1 watch-checks eagerly
4s wait
6s diverted
  at 5 s its time is up
  answer 503, but not who waits in slots []
  = activating (start): no worker ready: answering 503
8s #1 passes http
  steer [0]
  admit
  settled start: ok
  #1 (worker 1, slot 0, generation 1) serving active (running)
  = active (running)
8s admitted

# A worker that comes back in time has what waits, and nobody is answered. One that does not: they are, at once when it is ready they are not.
unit pool.a workers=1 after=5s
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
10s #1 gone SIGKILL
  #1 end-checks
  #1 kill
  #1 (worker 1, slot 0, generation 1) serving deactivating (kill): SIGKILL
  = activating (start): worker 1: SIGKILL
  #1 prepare
  #1 (worker 1, slot 0, generation 1) serving activating (pre-start): SIGKILL
13s #1 up
  #1 spawn
  #1 (worker 1, slot 0, generation 1) serving activating (start): SIGKILL
  #1 (worker 1, slot 0, generation 1) serving active (running)
  = active (running)
20s #1 gone SIGKILL
  #1 end-checks
  #1 kill
  #1 (worker 1, slot 0, generation 1) serving deactivating (kill): SIGKILL
  = activating (start): worker 1: SIGKILL
  #1 (worker 1, slot 0, generation 1) serving activating (auto-restart): SIGKILL, 2nd in a row
  = activating (auto-restart): worker 1: SIGKILL, 2nd in a row
22s #1 prepared
  at 22 s its time is up
  #1 prepare
  #1 (worker 1, slot 0, generation 1) serving activating (pre-start): SIGKILL, 2nd in a row
  = activating (start): worker 1: SIGKILL, 2nd in a row
  #1 spawn
  #1 (worker 1, slot 0, generation 1) serving activating (start): SIGKILL, 2nd in a row
26s diverted
  at 25 s its time is up
  answer 503, but not who waits in slots []
  = activating (start): no worker ready: answering 503; worker 1: SIGKILL, 2nd in a row
30s #1 spawned
  steer [0]
  admit
  #1 (worker 1, slot 0, generation 1) serving active (running)
  = active (running)
30s admitted

# Maintenance: workers live on, reload included, and are killed and started, but get nobody.
unit pool.a after=5s
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
10s maintenance on
  answer 503, but not who waits in slots [0 1]
10s diverted
  = active (running): maintenance: answering 503
11s maintenance on
  answer 503, but not who waits in slots [0 1]
11s diverted no page
  = active (running): maintenance: answering 503 (no page)
20s #2 gone SIGKILL
  #2 end-checks
  #2 kill
  #2 (worker 2, slot 1, generation 1) serving deactivating (kill): SIGKILL
  = active (degraded): maintenance: answering 503 (no page); worker 2: SIGKILL
  #2 prepare
  #2 (worker 2, slot 1, generation 1) serving activating (pre-start): SIGKILL
20s #2 up
  #2 spawn
  #2 (worker 2, slot 1, generation 1) serving activating (start): SIGKILL
  #2 (worker 2, slot 1, generation 1) serving active (running)
  = active (running): maintenance: answering 503 (no page)
30s reload
  prepare 3 slots of 127.0.0.1:8001
  = reloading (running): maintenance: answering 503 (no page)
30s prepared
  answer 503, but not who waits in slots [0 1]
  #3 prepare afresh
  #3 (worker 1, slot 2, generation 2) successor activating (pre-start)
30s #3 up
  #3 spawn
  #3 (worker 1, slot 2, generation 2) successor activating (start)
  #1 drain slot 0 within 30 s
  #1 (worker 1, slot 0, generation 1) retiring deactivating (stop): replaced by generation 2
  #3 (worker 1, slot 2, generation 2) serving active (running)
30s #1 drained
  #1 end-checks
  #1 signal-main SIGTERM
30s #1 gone SIGTERM
  #1 kill
  #1 (worker 1, slot 0, generation 1) retiring deactivating (kill): replaced by generation 2
  #4 prepare afresh
  #4 (worker 2, slot 0, generation 2) successor activating (pre-start)
31s #4 up
  #4 spawn
  #4 (worker 2, slot 0, generation 2) successor activating (start)
  #2 drain slot 1 within 30 s
  #2 (worker 2, slot 1, generation 1) retiring deactivating (stop): replaced by generation 2
  #4 (worker 2, slot 0, generation 2) serving active (running)
31s #2 drained
  #2 end-checks
  #2 signal-main SIGTERM
  trim to 3 slots of 127.0.0.1:8001
  settled reload: ok
  = active (running): maintenance: answering 503 (no page)
31s #2 gone SIGTERM
  #2 kill
  #2 (worker 2, slot 1, generation 1) retiring deactivating (kill): replaced by generation 2
40s maintenance off
  steer [0 2]
  admit
  = active (running): no page
40s admitted
  = active (running)

# What cannot be done is tried again. A stop ends all; maintenance outlasts it.
unit pool.a workers=1 after=5s shared
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
10s maintenance on
  answer 503, but not who waits in slots [0]
10s admitted bind: no room
  = active (running): bind: no room
11s wait
  at 11 s its time is up
  answer 503, but not who waits in slots [0]
12s diverted
  = active (running): maintenance: answering 503
20s stop
  refuse
  #1 drain slot 0 within 15 s
  #1 (worker 1, slot 0, generation 1) serving deactivating (stop)
  = deactivating (stop): maintenance: answering 503
  #1 end-checks
  #1 signal-main SIGTERM
20s #1 gone SIGTERM
  #1 kill
  #1 (worker 1, slot 0, generation 1) serving deactivating (kill)
  release
  = deactivating (stop)
  settled start: failed, it was stopped meanwhile
  settled stop: ok
  = inactive (dead)
30s start
  prepare 2 slots of 127.0.0.1:8001
  = activating (start)
30s prepared
  #2 prepare afresh
  answer 503, but not who waits in slots []
  #2 (worker 1, slot 0, generation 2) serving activating (pre-start)
30s #2 up
  #2 spawn
  #2 (worker 1, slot 0, generation 2) serving activating (start)
  settled start: ok
  #2 (worker 1, slot 0, generation 2) serving active (running)
  = active (running)
31s diverted
  = active (running): maintenance: answering 503
40s maintenance off
  admit
  = active (running)
40s admitted

# A restart keeps the listeners, and with them those who wait, however long its two halves are apart.
unit pool.a workers=1 after=5s
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
10s stop restart
  #1 end-checks
  #1 signal-main SIGTERM
  #1 (worker 1, slot 0, generation 1) serving deactivating (stop)
  = deactivating (stop)
11s #1 gone SIGTERM
  #1 kill
  #1 (worker 1, slot 0, generation 1) serving deactivating (kill)
  settled start: failed, it was stopped meanwhile
  settled stop: ok
  = inactive (dead)
16s diverted
  at 15 s its time is up
  answer 503, but not who waits in slots []
  = inactive (dead): no worker ready: answering 503
20s start
  prepare 2 slots of 127.0.0.1:8001
  = activating (start): no worker ready: answering 503
20s prepared
  #2 prepare afresh
  answer 503, but not who waits in slots []
  #2 (worker 1, slot 0, generation 2) serving activating (pre-start)
20s #2 up
  #2 spawn
  #2 (worker 1, slot 0, generation 2) serving activating (start)
  steer [0]
  admit
  settled start: ok
  #2 (worker 1, slot 0, generation 2) serving active (running)
  = active (running)
20s admitted

# A reload may change the answer while it is given, and listen elsewhere.
unit pool.a workers=1 after=5s
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
10s maintenance on
  answer 503, but not who waits in slots [0]
10s diverted
  = active (running): maintenance: answering 503
define workers=1 after=5s status=500 address=127.0.0.1:9000
20s reload
  prepare 2 slots of 127.0.0.1:9000
  answer 500, but not who waits in slots [0]
  = reloading (running): maintenance: answering 500
20s prepared
  answer 500, but not who waits in slots [0]
  #2 prepare afresh
  #2 (worker 1, slot 1, generation 2) successor activating (pre-start)
20s #2 up
  #2 spawn
  #2 (worker 1, slot 1, generation 2) successor activating (start)
  #1 drain slot 0 within 30 s
  #1 (worker 1, slot 0, generation 1) retiring deactivating (stop): replaced by generation 2
  #2 (worker 1, slot 1, generation 2) serving active (running)
20s #1 drained
  #1 end-checks
  #1 signal-main SIGTERM
  trim to 2 slots of 127.0.0.1:9000
  settled reload: ok
  = active (running): maintenance: answering 500
20s #1 gone SIGTERM
  #1 kill
  #1 (worker 1, slot 0, generation 1) retiring deactivating (kill): replaced by generation 2
