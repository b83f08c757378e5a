# The host is full: no failure of the unit, however long it takes. The start timeout counts from when there is room.
unit app.a start_timeout=500ms policy=no
0s start
  prepare afresh
  = activating (pre-start)
1ms refused full open directory: too many open files
  = activating (pre-start): open directory: too many open files; tried again every second
1.1s prepared
  at 1 s its time is up
  prepare afresh
  = activating (pre-start)
  spawn
  = activating (start)
1.2s unspawned full fork: resource temporarily unavailable
  = activating (start): fork: resource temporarily unavailable; tried again every second
2.3s unspawned full fork: resource temporarily unavailable
  at 2 s its time is up
  spawn
  = activating (start)
  = activating (start): fork: resource temporarily unavailable; tried again every second
3.4s spawned
  at 3 s its time is up
  spawn
  = activating (start)
  settled start: ok
  = active (running)

# So it is with hooks.
unit app.b pre_start=1 post_start=1
0s start
  prepare afresh
  = activating (pre-start)
1ms prepared
  spawn pre_start hook 1
2ms hook unspawned full fork: resource temporarily unavailable
  = activating (pre-start): fork: resource temporarily unavailable; tried again every second
2s hook spawned
  at 1 s its time is up
  spawn pre_start hook 1
  = activating (pre-start)
2s hook gone 0
  kill
  spawn
  = activating (start)
2s spawned
  spawn post_start hook 1
2s hook unspawned full fork: resource temporarily unavailable
  = activating (start): fork: resource temporarily unavailable; tried again every second
3.1s hook spawned
  at 3 s its time is up
  spawn post_start hook 1
  = activating (start)
3.2s hook gone 0
  kill
  settled start: ok
  = active (running)

# Stopped while it waits.
unit app.c pre_start=1 post_stop=1
0s start
  prepare afresh
  = activating (pre-start)
1ms refused full open directory: too many open files
  = activating (pre-start): open directory: too many open files; tried again every second
0.5s stop
  release
  settled start: failed, it was stopped meanwhile
  settled stop: ok
  = inactive (dead)
1s start
  prepare afresh
  = activating (pre-start)
1s prepared
  spawn pre_start hook 1
2s hook unspawned full fork: resource temporarily unavailable
  = activating (pre-start): fork: resource temporarily unavailable; tried again every second
2.5s stop
  end-checks
  spawn post_stop hook 1, result stop
  = deactivating (stop)
3s hook gone 0
  kill
  release
  settled start: failed, it was stopped meanwhile
  settled stop: ok
  = inactive (dead)

# Another unit still has the address: tried again for as long as a start may take.
unit app.d start_timeout=3s policy=no
0s start
  prepare afresh
  = activating (pre-start)
1ms refused busy bind app.d: 127.0.0.1:8001 is in use by app.old
  = activating (pre-start): bind app.d: 127.0.0.1:8001 is in use by app.old; tried again every second
1.5s refused busy bind app.d: 127.0.0.1:8001 is in use by app.old
  at 1 s its time is up
  prepare afresh
  = activating (pre-start)
  = activating (pre-start): bind app.d: 127.0.0.1:8001 is in use by app.old; tried again every second
2.6s refused busy bind app.d: 127.0.0.1:8001 is in use by app.old
  at 2 s its time is up
  prepare afresh
  = activating (pre-start)
  failure: bind app.d: 127.0.0.1:8001 is in use by app.old
  release
  settled start: failed, bind app.d: 127.0.0.1:8001 is in use by app.old
  ended: failed, bind app.d: 127.0.0.1:8001 is in use by app.old
  = failed (start): bind app.d: 127.0.0.1:8001 is in use by app.old
