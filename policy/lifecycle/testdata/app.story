# A simple app is up once it runs; it stops by SIGTERM.
unit app.api
0s start
  prepare afresh
  = activating (pre-start)
1ms prepared
  spawn
  = activating (start)
2ms spawned
  settled start: ok
  = active (running)
1h stop
  end-checks
  signal-main SIGTERM
  = deactivating (stop)
1h0m1s exit SIGTERM
  kill
  = deactivating (kill)
1h0m1s empty
  release
  settled start: failed, it was stopped meanwhile
  settled stop: ok
  = inactive (dead)
1h0m2s start
  prepare afresh
  = activating (pre-start)
1h0m3s stop
  = deactivating (stop)
1h0m4s prepared
  release
  settled start: failed, it was stopped meanwhile
  settled stop: ok
  = inactive (dead)
