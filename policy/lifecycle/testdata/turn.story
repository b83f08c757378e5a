# One whose failure restarts others: its delay passes first, then its turn comes.
unit app.a grouped
0s start
  prepare afresh
  = activating (pre-start)
1ms up
  spawn
  = activating (start)
  settled start: ok
  = active (running)
1s gone 3
  end-checks
  kill
  = deactivating (kill): exit 3
  settled start: failed, exit 3
  failure: exit 3
  = activating (auto-restart): exit 3
5s turn
  at 2 s its time is up
  prepare
  = activating (pre-start): exit 3
5.1s up
  spawn
  = activating (start): exit 3
  settled start: ok
  = active (running)

# The other way round; and it fails again.
unit app.b grouped
0s start
  prepare afresh
  = activating (pre-start)
1ms up
  spawn
  = activating (start)
  settled start: ok
  = active (running)
1s gone 3
  end-checks
  kill
  = deactivating (kill): exit 3
  settled start: failed, exit 3
  failure: exit 3
  = activating (auto-restart): exit 3
1.1s turn
3s up
  at 2 s its time is up
  prepare
  = activating (pre-start): exit 3
  spawn
  = activating (start): exit 3
  settled start: ok
  = active (running)
4s gone 3
  end-checks
  kill
  = deactivating (kill): exit 3
  settled start: failed, exit 3, 2nd in a row
  failure: exit 3, 2nd in a row
  = activating (auto-restart): exit 3, 2nd in a row
4.1s turn
7s wait
  at 6 s its time is up
  prepare
  = activating (pre-start): exit 3, 2nd in a row

# Even where there is no delay it does not start before its turn.
unit app.c grouped
0s start
  prepare afresh
  = activating (pre-start)
1ms up
  spawn
  = activating (start)
  settled start: ok
  = active (running)
1s gone SIGSEGV
  end-checks
  kill
  = deactivating (kill): SIGSEGV
  settled start: failed, SIGSEGV
  failure: SIGSEGV
  = activating (auto-restart): SIGSEGV
5s turn
  at 1 s its time is up
  prepare
  = activating (pre-start): SIGSEGV

# Stopped, blocked or wanted at once meanwhile; a reset does not skip the turn.
unit app.d grouped
0s start
  prepare afresh
  = activating (pre-start)
1ms up
  spawn
  = activating (start)
  settled start: ok
  = active (running)
1s gone 3
  end-checks
  kill
  = deactivating (kill): exit 3
  settled start: failed, exit 3
  failure: exit 3
  = activating (auto-restart): exit 3
3s stop
  at 2 s its time is up
  release
  settled start: failed, it was stopped meanwhile
  settled stop: ok
  = inactive (dead)
4s start
  prepare afresh
  = activating (pre-start)
4s up
  spawn
  = activating (start)
  settled start: ok
  = active (running)
5s gone 3
  end-checks
  kill
  = deactivating (kill): exit 3
  settled start: failed, exit 3
  failure: exit 3
  = activating (auto-restart): exit 3
7s blocked requires app.db, which failed: exit 3
  at 6 s its time is up
  release
  = failed (dependency): requires app.db, which failed: exit 3
8s start
  prepare afresh
  = activating (pre-start)
8s up
  spawn
  = activating (start)
  settled start: ok
  = active (running)
9s gone 3
  end-checks
  kill
  = deactivating (kill): exit 3
  settled start: failed, exit 3
  failure: exit 3
  = activating (auto-restart): exit 3
11s start
  at 10 s its time is up
  prepare afresh
  = activating (pre-start): exit 3
11s up
  spawn
  = activating (start): exit 3
  settled start: ok
  = active (running)
12s gone 3
  end-checks
  kill
  = deactivating (kill): exit 3
  settled start: failed, exit 3
  failure: exit 3
  = activating (auto-restart): exit 3
12.1s reset
  = activating (auto-restart)
13s turn
  at 12 s its time is up
  prepare
  = activating (pre-start)

# A clean end restarts it alone, and a start that fails for good awaits nothing.
unit app.e grouped
0s start
  prepare afresh
  = activating (pre-start)
1ms up
  spawn
  = activating (start)
  settled start: ok
  = active (running)
1s gone 0
  end-checks
  kill
  = deactivating (kill): exit 0
  settled start: failed, exit 0
  = activating (auto-restart): exit 0
3s up
  at 2 s its time is up
  prepare
  = activating (pre-start): exit 0
  spawn
  = activating (start): exit 0
  settled start: ok
  = active (running)

unit app.f grouped policy=no
0s start
  prepare afresh
  = activating (pre-start)
1ms up
  spawn
  = activating (start)
  settled start: ok
  = active (running)
1s gone 3
  end-checks
  kill
  = deactivating (kill): exit 3
  failure: exit 3
  release
  settled start: failed, exit 3
  ended: failed, exit 3
  = failed (exit): exit 3

# A pool whose address cannot be had.
unit pool.p grouped workers=1
0s start
  prepare 2 slots of 127.0.0.1:8001
  = activating (start)
1ms refused bind pool.p: in use
  settled start: failed, bind pool.p: in use
  failure: bind pool.p: in use
  = activating (auto-restart): bind pool.p: in use
5s turn
  at 1 s its time is up
  prepare 2 slots of 127.0.0.1:8001
  = activating (start)
5.1s refused bind pool.p: in use
  settled start: failed, bind pool.p: in use, 2nd in a row
  failure: bind pool.p: in use, 2nd in a row
  = activating (auto-restart): bind pool.p: in use, 2nd in a row
5.2s turn
9s prepared
  at 7 s its time is up
  prepare 2 slots of 127.0.0.1:8001
  = activating (start)
  #1 prepare afresh
  steer [0]
  #1 (worker 1, slot 0, generation 1) serving activating (pre-start)
9.1s #1 up
  #1 spawn
  #1 (worker 1, slot 0, generation 1) serving activating (start)
  settled start: ok
  #1 (worker 1, slot 0, generation 1) serving active (running)
  = active (running)
9.2s #1 gone SIGSEGV
  #1 end-checks
  #1 kill
  #1 (worker 1, slot 0, generation 1) serving deactivating (kill): SIGSEGV
  = activating (start): worker 1: SIGSEGV
  #1 prepare
  #1 (worker 1, slot 0, generation 1) serving activating (pre-start): SIGSEGV

# The same, stopped or wanted at once meanwhile.
unit pool.q grouped workers=1
0s start
  prepare 2 slots of 127.0.0.1:8001
  = activating (start)
1ms refused bind pool.q: in use
  settled start: failed, bind pool.q: in use
  failure: bind pool.q: in use
  = activating (auto-restart): bind pool.q: in use
5s stop
  at 1 s its time is up
  release
  = deactivating (stop): bind pool.q: in use
  settled start: failed, it was stopped meanwhile
  settled stop: ok
  = inactive (dead)
6s start
  prepare 2 slots of 127.0.0.1:8001
  = activating (start)
6.1s refused bind pool.q: in use
  settled start: failed, bind pool.q: in use
  failure: bind pool.q: in use
  = activating (auto-restart): bind pool.q: in use
9s start
  at 7 s its time is up
  prepare 2 slots of 127.0.0.1:8001
  = activating (start)
9.1s refused bind pool.q: in use
  settled start: failed, bind pool.q: in use, 2nd in a row
  failure: bind pool.q: in use, 2nd in a row
  = activating (auto-restart): bind pool.q: in use, 2nd in a row
12s blocked requires app.db, which failed: exit 3
  at 11 s its time is up
  release
  = failed (dependency): requires app.db, which failed: exit 3
