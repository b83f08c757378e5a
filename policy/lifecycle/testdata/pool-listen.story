# An address that somebody else has: tried again by the restart rules of the app.
unit pool.a
0s start
  prepare 3 slots of 127.0.0.1:8001
  = activating (start)
1ms refused bind pool.a: 127.0.0.1:8001 is in use by pid 4711
  settled start: failed, bind pool.a: 127.0.0.1:8001 is in use by pid 4711
  failure: bind pool.a: 127.0.0.1:8001 is in use by pid 4711
  = activating (auto-restart): bind pool.a: 127.0.0.1:8001 is in use by pid 4711
2s refused bind pool.a: 127.0.0.1:8001 is in use by pid 4711
  at 1 s its time is up
  prepare 3 slots of 127.0.0.1:8001
  = activating (start)
  settled start: failed, bind pool.a: 127.0.0.1:8001 is in use by pid 4711, 2nd in a row
  failure: bind pool.a: 127.0.0.1:8001 is in use by pid 4711, 2nd in a row
  = activating (auto-restart): bind pool.a: 127.0.0.1:8001 is in use by pid 4711, 2nd in a row
2.5s start
  prepare 3 slots of 127.0.0.1:8001
  = activating (start)
2.6s prepared
  #1 prepare afresh
  #2 prepare afresh
  steer [0 1]
  #1 (worker 1, slot 0, generation 1) serving activating (pre-start)
  #2 (worker 2, slot 1, generation 1) serving activating (pre-start)
2.7s #1 up
  #1 spawn
  #1 (worker 1, slot 0, generation 1) serving activating (start)
  steer [0]
  settled start: ok
  #1 (worker 1, slot 0, generation 1) serving active (running)
  = active (degraded)

unit pool.b policy=no
0s start
  prepare 3 slots of 127.0.0.1:8001
  = activating (start)
1ms refused bind pool.b: 127.0.0.1:8001 is in use by pid 4711
  release
  = deactivating (stop): bind pool.b: 127.0.0.1:8001 is in use by pid 4711
  settled start: failed, bind pool.b: 127.0.0.1:8001 is in use by pid 4711
  failure: bind pool.b: 127.0.0.1:8001 is in use by pid 4711
  ended: failed, bind pool.b: 127.0.0.1:8001 is in use by pid 4711
  = failed (start): bind pool.b: 127.0.0.1:8001 is in use by pid 4711

# The host is full: waited for.
unit pool.c start_timeout=500ms
0s start
  prepare 3 slots of 127.0.0.1:8001
  = activating (start)
1ms refused full socket: too many open files
  = activating (start): socket: too many open files; tried again every second
2s refused full socket: too many open files
  at 1 s its time is up
  prepare 3 slots of 127.0.0.1:8001
  = activating (start)
  = activating (start): socket: too many open files; tried again every second
3s prepared
  at 3 s its time is up
  prepare 3 slots of 127.0.0.1:8001
  = activating (start)
  #1 prepare afresh
  #2 prepare afresh
  steer [0 1]
  #1 (worker 1, slot 0, generation 1) serving activating (pre-start)
  #2 (worker 2, slot 1, generation 1) serving activating (pre-start)
3s #1 up
  #1 spawn
  #1 (worker 1, slot 0, generation 1) serving activating (start)
  steer [0]
  settled start: ok
  #1 (worker 1, slot 0, generation 1) serving active (running)
  = active (degraded)

# Another unit has yet to let go.
unit pool.d start_timeout=2s policy=no
0s start
  prepare 3 slots of 127.0.0.1:8001
  = activating (start)
1ms refused busy bind pool.d: 127.0.0.1:8001 is in use by pool.old
  = activating (start): bind pool.d: 127.0.0.1:8001 is in use by pool.old; tried again every second
2s refused busy bind pool.d: 127.0.0.1:8001 is in use by pool.old
  at 1 s its time is up
  prepare 3 slots of 127.0.0.1:8001
  = activating (start)
  release
  = deactivating (stop): bind pool.d: 127.0.0.1:8001 is in use by pool.old
  settled start: failed, bind pool.d: 127.0.0.1:8001 is in use by pool.old
  failure: bind pool.d: 127.0.0.1:8001 is in use by pool.old
  ended: failed, bind pool.d: 127.0.0.1:8001 is in use by pool.old
  = failed (start): bind pool.d: 127.0.0.1:8001 is in use by pool.old
3s refused busy bind pool.d: 127.0.0.1:8001 is in use by pool.old

# Stopped while it waits.
unit pool.e
0s start
  prepare 3 slots of 127.0.0.1:8001
  = activating (start)
1ms refused bind pool.e: 127.0.0.1:8001 is in use by pid 4711
  settled start: failed, bind pool.e: 127.0.0.1:8001 is in use by pid 4711
  failure: bind pool.e: 127.0.0.1:8001 is in use by pid 4711
  = activating (auto-restart): bind pool.e: 127.0.0.1:8001 is in use by pid 4711
0.5s stop
  release
  = deactivating (stop): bind pool.e: 127.0.0.1:8001 is in use by pid 4711
  settled start: failed, it was stopped meanwhile
  settled stop: ok
  = inactive (dead)
