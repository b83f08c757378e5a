# What uses more memory than its limit is killed at once, and started again as its policy says.
unit app.a memory=128 post_stop=1
0s start
  prepare afresh
  = activating (pre-start)
0s up
  spawn
  = activating (start)
  settled start: ok
  = active (running)
1m overran 131
  end-checks
  kill
  = deactivating (kill): it used 131 MiB, its memory limit is 128 MiB
1m exit SIGKILL oom
1m empty
  spawn post_stop hook 1, result oom SIGKILL (out of memory)
  = deactivating (stop): it used 131 MiB, its memory limit is 128 MiB
1m hook empty
  settled start: failed, it used 131 MiB, its memory limit is 128 MiB
  failure: it used 131 MiB, its memory limit is 128 MiB
  prepare
  = activating (pre-start): it used 131 MiB, its memory limit is 128 MiB
2m wait

# Policy no leaves it failed(oom).
unit app.b memory=128 policy=no
0s start
  prepare afresh
  = activating (pre-start)
0s up
  spawn
  = activating (start)
  settled start: ok
  = active (running)
1m overran 131
  end-checks
  kill
  = deactivating (kill): it used 131 MiB, its memory limit is 128 MiB
1m gone SIGKILL oom
  failure: it used 131 MiB, its memory limit is 128 MiB
  release
  settled start: failed, it used 131 MiB, its memory limit is 128 MiB
  ended: failed, it used 131 MiB, its memory limit is 128 MiB
  = failed (oom): it used 131 MiB, its memory limit is 128 MiB

# While it starts, too.
unit app.c memory=128 policy=no type=notify
0s start
  prepare afresh
  = activating (pre-start)
0s up
  spawn
  = activating (start)
1s overran 129
  end-checks
  kill
  = deactivating (kill): it used 129 MiB, its memory limit is 128 MiB
1s gone SIGKILL oom
  failure: it used 129 MiB, its memory limit is 128 MiB
  release
  settled start: failed, it used 129 MiB, its memory limit is 128 MiB
  ended: failed, it used 129 MiB, its memory limit is 128 MiB
  = failed (oom): it used 129 MiB, its memory limit is 128 MiB

# One that is told to stop already has no more time to do so.
unit app.d memory=128
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
61s overran 200
  kill
  = deactivating (kill): it used 200 MiB, its memory limit is 128 MiB
61s gone SIGKILL oom
  release
  settled start: failed, it was stopped meanwhile
  settled stop: ok
  = inactive (dead)

# A hook that uses too much has failed.
unit app.e memory=128 pre_start=1 policy=no
0s start
  prepare afresh
  = activating (pre-start)
0s prepared
  spawn pre_start hook 1
1s hook overran 150
  kill
1s killed exit SIGKILL oom
  kill
1s killed empty
  failure: pre_start hook 1: SIGKILL (out of memory)
  release
  settled start: failed, pre_start hook 1: SIGKILL (out of memory)
  ended: failed, pre_start hook 1: SIGKILL (out of memory)
  = failed (start): pre_start hook 1: SIGKILL (out of memory)

# Where its cgroup has the limit the kernel has killed it already.
unit app.f memory=128 policy=no
0s start
  prepare afresh
  = activating (pre-start)
0s up
  spawn
  = activating (start)
  settled start: ok
  = active (running)
1m perhaps SIGKILL oom its memory limit is 128 MiB
  end-checks
  kill
  = deactivating (kill): SIGKILL (out of memory); its memory limit is 128 MiB
1m empty
  failure: SIGKILL (out of memory); its memory limit is 128 MiB
  release
  settled start: failed, SIGKILL (out of memory); its memory limit is 128 MiB
  ended: failed, SIGKILL (out of memory); its memory limit is 128 MiB
  = failed (oom): SIGKILL (out of memory); its memory limit is 128 MiB
