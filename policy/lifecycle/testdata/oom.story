# A kill by the kernel for want of memory has a reason of its own, and is made good at once.
unit app.a post_stop=1 policy=on-abort
0s start
  prepare afresh
  = activating (pre-start)
0s prepared
  spawn
  = activating (start)
0s spawned
  settled start: ok
  = active (running)
1m exit SIGKILL oom
  end-checks
  kill
  = deactivating (kill): SIGKILL (out of memory)
1m empty
  spawn post_stop hook 1, result oom SIGKILL (out of memory)
  = deactivating (stop): SIGKILL (out of memory)
1m hook empty
  settled start: failed, SIGKILL (out of memory)
  failure: SIGKILL (out of memory)
  prepare
  = activating (pre-start): SIGKILL (out of memory)
2m up
  spawn
  = activating (start): SIGKILL (out of memory)
  settled start: ok
  = active (running)

# It is a failure: policy no leaves it failed(oom).
unit app.b policy=no
0s start
  prepare afresh
  = activating (pre-start)
0s up
  spawn
  = activating (start)
  settled start: ok
  = active (running)
1m gone SIGKILL oom
  end-checks
  kill
  = deactivating (kill): SIGKILL (out of memory)
  failure: SIGKILL (out of memory)
  release
  settled start: failed, SIGKILL (out of memory)
  ended: failed, SIGKILL (out of memory)
  = failed (oom): SIGKILL (out of memory)

# What is only likely stays a signal, and is said.
unit app.c policy=no
0s start
  prepare afresh
  = activating (pre-start)
0s up
  spawn
  = activating (start)
  settled start: ok
  = active (running)
1m perhaps SIGKILL the kernel has killed 2 processes of this host for want of memory within 3 h, perhaps this one
  end-checks
  kill
  = deactivating (kill): SIGKILL; the kernel has killed 2 processes of this host for want of memory within 3 h, perhaps this one
1m empty
  failure: SIGKILL; the kernel has killed 2 processes of this host for want of memory within 3 h, perhaps this one
  release
  settled start: failed, SIGKILL; the kernel has killed 2 processes of this host for want of memory within 3 h, perhaps this one
  ended: failed, SIGKILL; the kernel has killed 2 processes of this host for want of memory within 3 h, perhaps this one
  = failed (signal): SIGKILL; the kernel has killed 2 processes of this host for want of memory within 3 h, perhaps this one

# What the manager was ending anyway has the manager's reason.
unit app.d stop_timeout=10s
0s start
  prepare afresh
  = activating (pre-start)
0s up
  spawn
  = activating (start)
  settled start: ok
  = active (running)
1m stop
  end-checks
  signal-main SIGTERM
  = deactivating (stop)
65s gone SIGKILL oom
  kill
  = deactivating (kill)
  release
  settled start: failed, it was stopped meanwhile
  settled stop: ok
  = inactive (dead)

# A oneshot that was killed for want of memory did not do its work.
unit app.e type=oneshot
0s start
  prepare afresh
  = activating (pre-start)
0s prepared
  spawn
  = activating (start)
0s spawned
1m gone SIGKILL oom
  end-checks
  kill
  = deactivating (kill): SIGKILL (out of memory)
  failure: SIGKILL (out of memory)
  release
  settled start: failed, SIGKILL (out of memory)
  ended: failed, SIGKILL (out of memory)
  = failed (oom): SIGKILL (out of memory)
