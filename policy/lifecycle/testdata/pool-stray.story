# A command cannot be steered: a worker that waits for one keeps its clients, since the check may come to them.
unit pool.a workers=2 after=5s health=cmd:command:timeout=2s
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
  #1 watch-checks eagerly
0s #2 prepared
  #2 spawn
  #2 (worker 2, slot 1, generation 1) serving activating (start)
0s #2 spawned
  #2 watch-checks eagerly
4s #1 fails cmd exit 7
  = activating (start): worker 1: health "cmd" has not passed yet: exit 7
6s #1 fails cmd exit 7
  at 5 s its time is up
  = activating (start): no worker ready: clients go to worker 1, which may need them for health "cmd"; worker 1: health "cmd" has not passed yet: exit 7
20s #1 passes cmd
  steer [0]
  settled start: ok
  #1 (worker 1, slot 0, generation 1) serving active (running)
  = active (degraded)

# What is answered when it gets there comes back to it.
unit pool.a workers=1 after=5s health=cmd:command:timeout=2s
0s start
  prepare 2 slots of 127.0.0.1:8001
  = activating (start)
0s prepared
  #1 prepare afresh
  steer [0]
  #1 (worker 1, slot 0, generation 1) serving activating (pre-start)
6s diverted
  at 5 s its time is up
  answer 503, but not who waits in slots []
  = activating (start): no worker ready: answering 503
7s #1 prepared
  #1 spawn
  #1 (worker 1, slot 0, generation 1) serving activating (start)
7s #1 spawned
  #1 watch-checks eagerly
  steer [0]
  admit
  = activating (start): no worker ready: clients go to worker 1, which may need them for health "cmd"
7s admitted
8s #1 fails cmd status 503
  = activating (start): no worker ready: clients go to worker 1, which may need them for health "cmd"; worker 1: health "cmd" does not count while clients are answered for the workers: status 503
10s #1 fails cmd not yet
  = activating (start): no worker ready: clients go to worker 1, which may need them for health "cmd"; worker 1: health "cmd" has not passed yet: not yet
12s #1 passes cmd
  settled start: ok
  #1 (worker 1, slot 0, generation 1) serving active (running)
  = active (running)

# Another check that the worker has not passed is of its own: while it waits for that, clients are answered.
unit pool.a workers=1 after=5s health=cmd:command:timeout=2s health=http:path
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
6s diverted
  at 5 s its time is up
  answer 503, but not who waits in slots []
  = activating (start): no worker ready: answering 503
7s #1 passes http
  steer [0]
  admit
  = activating (start): no worker ready: clients go to worker 1, which may need them for health "cmd"
8s admitted
9s #1 passes cmd
  settled start: ok
  #1 (worker 1, slot 0, generation 1) serving active (running)
  = active (running)

# One that never passes ends the start, and in between clients are answered.
unit pool.a workers=1 after=5s start_timeout=10s health=cmd:command:timeout=2s
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
3s #1 fails cmd exit 1
  = activating (start): worker 1: health "cmd" has not passed yet: exit 1
11s diverted
  at 5 s its time is up
  = activating (start): no worker ready: clients go to worker 1, which may need them for health "cmd"; worker 1: health "cmd" has not passed yet: exit 1
  at 10 s its time is up
  #1 end-checks
  #1 signal-main SIGTERM
  answer 503, but not who waits in slots []
  #1 (worker 1, slot 0, generation 1) serving deactivating (stop): not ready within 10 s: health "cmd": exit 1
  = activating (start): worker 1: not ready within 10 s: health "cmd": exit 1
  = activating (start): no worker ready: answering 503; worker 1: not ready within 10 s: health "cmd": exit 1
11s #1 gone SIGTERM
  #1 kill
  #1 (worker 1, slot 0, generation 1) serving deactivating (kill): not ready within 10 s: health "cmd": exit 1
  settled start: failed, no worker ready: answering 503; worker 1: not ready within 10 s: health "cmd": exit 1
  #1 (worker 1, slot 0, generation 1) serving activating (auto-restart): not ready within 10 s: health "cmd": exit 1
  = activating (auto-restart): no worker ready: answering 503; worker 1: not ready within 10 s: health "cmd": exit 1
12s stop
  at 12 s its time is up
  #1 prepare
  settled start: failed, no worker ready: answering 503; worker 1: not ready within 10 s: health "cmd": exit 1
  #1 (worker 1, slot 0, generation 1) serving activating (pre-start): not ready within 10 s: health "cmd": exit 1
  = activating (start): no worker ready: answering 503; worker 1: not ready within 10 s: health "cmd": exit 1
  refuse
  #1 (worker 1, slot 0, generation 1) serving deactivating (stop): not ready within 10 s: health "cmd": exit 1
  = deactivating (stop): no worker ready: answering 503; worker 1: not ready within 10 s: health "cmd": exit 1

# During maintenance failures of such checks kill nobody, those of others do; and those that come late do not either.
unit pool.a workers=2 after=5s health=cmd:command:timeout=2s health=http:path
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
10s maintenance on
  answer 503, but not who waits in slots [0 1]
10s diverted
  = active (running): maintenance: answering 503
11s #1 fails cmd status 503
12s #1 fails cmd status 503
13s #1 fails cmd status 503
20s maintenance off
  steer [0 1]
  admit
  = active (running)
20s admitted
21s #1 fails cmd status 503
23s #1 fails cmd exit 1
  steer [1]
24s #2 fails http status 500
  steer [0 1]
25s #2 fails http status 500
  steer [0]
  #2 drain slot 1 within 1 s
  #2 (worker 2, slot 1, generation 1) serving deactivating (stop): health "http" failed 2 times: status 500
  = active (degraded): worker 2: health "http" failed 2 times: status 500
26s #1 passes cmd
  at 26 s its time is up
  #2 end-checks
  #2 signal-main SIGTERM

# A start in maintenance has all its time for such a check, and is not held against the worker.
unit pool.a workers=1 after=5s start_timeout=20s health=cmd:command:timeout=2s
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
5s maintenance on
  answer 503, but not who waits in slots [0]
5s diverted
  = active (running): maintenance: answering 503
6s reload
  prepare 2 slots of 127.0.0.1:8001
  = reloading (running): maintenance: answering 503
6s prepared
  answer 503, but not who waits in slots [0]
  #2 prepare afresh
  #2 (worker 1, slot 1, generation 2) successor activating (pre-start)
6s diverted
6s #2 prepared
  #2 spawn
  #2 (worker 1, slot 1, generation 2) successor activating (start)
6s #2 spawned
  #2 watch-checks eagerly
7s #2 fails cmd status 503
27s #1 drained
  at 26 s its time is up
  #1 drain slot 0 within 30 s
  #1 (worker 1, slot 0, generation 1) retiring deactivating (stop): replaced by generation 2
  #2 (worker 1, slot 1, generation 2) serving active (running)
  #1 end-checks
  #1 signal-main SIGTERM
  trim to 2 slots of 127.0.0.1:8001
  settled reload: ok
  = active (running): maintenance: answering 503
27s #1 gone SIGTERM
  #1 kill
  #1 (worker 1, slot 0, generation 1) retiring deactivating (kill): replaced by generation 2
28s #2 fails cmd status 503
29s maintenance off
  steer [1]
  admit
  = active (running)
29s admitted
32s #2 fails cmd exit 1
34s #2 fails cmd exit 1
  #2 end-checks
  #2 signal-main SIGTERM
  #2 (worker 1, slot 1, generation 2) serving deactivating (stop): health "cmd" failed 2 times: exit 1
  = activating (start): worker 1: health "cmd" failed 2 times: exit 1

# Requests go to a worker of a proxy that waits for its command once they have waited for long enough.
unit pool.a dispatch=proxy workers=1 after=5s health=cmd:command:timeout=2s
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
0s #1 listens
  #1 watch-checks eagerly
1s #1 fails cmd exit 7
  = activating (start): worker 1: health "cmd" has not passed yet: exit 7
6s #1 passes cmd
  at 5 s its time is up
  steer [0]
  = activating (start): no worker ready: clients go to worker 1, which may need them for health "cmd"; worker 1: health "cmd" has not passed yet: exit 7
  settled start: ok
  #1 (worker 1, slot 0, generation 1) serving active (running)
  = active (running)

# Where the host cannot make checks at one worker alone, the note says so and they are dealt with in the same way.
unit pool.a workers=2 after=5s health=http:path:timeout=2s
0s start
  prepare 3 slots of 127.0.0.1:8001
  = activating (start)
0s prepared blind
  #1 prepare afresh
  #2 prepare afresh
  steer [0 1]
  #1 (worker 1, slot 0, generation 1) serving activating (pre-start)
  #2 (worker 2, slot 1, generation 1) serving activating (pre-start)
0s #1 prepared
  #1 spawn
  #1 (worker 1, slot 0, generation 1) serving activating (start)
0s #1 spawned
  #1 watch-checks eagerly
  = activating (start): health "http" asks whichever worker answers, since loopback has 127.0.0.1 only
0s #2 prepared
  #2 spawn
  #2 (worker 2, slot 1, generation 1) serving activating (start)
0s #2 spawned
  #2 watch-checks eagerly
6s #1 passes http
  at 5 s its time is up
  = activating (start): no worker ready: clients go to worker 1, which may need them for health "http"; health "http" asks whichever worker answers, since loopback has 127.0.0.1 only
  steer [0]
  settled start: ok
  #1 (worker 1, slot 0, generation 1) serving active (running)
  = active (degraded): health "http" asks whichever worker answers, since loopback has 127.0.0.1 only
6s #2 passes http
  steer [0 1]
  #2 (worker 2, slot 1, generation 1) serving active (running)
  = active (running): health "http" asks whichever worker answers, since loopback has 127.0.0.1 only
10s maintenance on
  answer 503, but not who waits in slots [0 1]
10s diverted
  = active (running): maintenance: answering 503; health "http" asks whichever worker answers, since loopback has 127.0.0.1 only
11s #1 fails http status 503
12s #1 fails http status 503
20s maintenance off
  steer [0 1]
  admit
  = active (running): health "http" asks whichever worker answers, since loopback has 127.0.0.1 only
20s admitted
