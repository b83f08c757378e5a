# What is stored comes back after a crash and after a restart, and is closed before a stop is answered.
unit app.a fd_store_max=3
0s start
  prepare afresh
  = activating (pre-start)
0s up
  spawn
  = activating (start)
  settled start: ok
  = active (running)
1s stores state conn
  = active (running) +state +conn
2s gone SIGSEGV
  end-checks
  kill
  = deactivating (kill): SIGSEGV +state +conn
  settled start: failed, SIGSEGV
  failure: SIGSEGV
  prepare
  = activating (pre-start): SIGSEGV +state +conn
2s up
  spawn
  = activating (start): SIGSEGV +state +conn
  settled start: ok
  = active (running) +state +conn
3s stores state
  = active (running) +state
4s stop restart
  end-checks
  signal-main SIGTERM
  = deactivating (stop) +state
4s gone SIGTERM
  kill
  = deactivating (kill) +state
  settled start: failed, it was stopped meanwhile
  settled stop: ok
  = inactive (dead) +state
4s start
  prepare afresh
  = activating (pre-start) +state
4s up
  spawn
  = activating (start) +state
  settled start: ok
  = active (running) +state
5s stop
  end-checks
  signal-main SIGTERM
  = deactivating (stop) +state
5s slow
5s gone SIGTERM
  kill
  = deactivating (kill) +state
  release
  = deactivating (stop) +state
  = deactivating (stop)
6s released
  settled start: failed, it was stopped meanwhile
  settled stop: ok
  = inactive (dead)

# It is closed too where a unit ends up failed.
unit app.b fd_store_max=3 policy=no
0s start
  prepare afresh
  = activating (pre-start)
0s up
  spawn
  = activating (start)
  settled start: ok
  = active (running)
1s stores conn
  = active (running) +conn
2s gone 3
  end-checks
  kill
  = deactivating (kill): exit 3 +conn
  failure: exit 3
  release
  = deactivating (stop): exit 3 +conn
  = deactivating (stop): exit 3
  settled start: failed, exit 3
  ended: failed, exit 3
  = failed (exit): exit 3

# The start that a restart had promised does not come.
unit app.c fd_store_max=3
0s start
  prepare afresh
  = activating (pre-start)
0s up
  spawn
  = activating (start)
  settled start: ok
  = active (running)
1s stores conn
  = active (running) +conn
2s stop restart
  end-checks
  signal-main SIGTERM
  = deactivating (stop) +conn
2s gone SIGTERM
  kill
  = deactivating (kill) +conn
  settled start: failed, it was stopped meanwhile
  settled stop: ok
  = inactive (dead) +conn
3s blocked app.d has failed
  release
  = failed (dependency): app.d has failed +conn
  = failed (dependency): app.d has failed
