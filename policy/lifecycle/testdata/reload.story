# By signal.
unit app.a reload=SIGHUP
0s reload
  settled reload: failed, it is not active
  = inactive (dead)
1s start
  prepare afresh
  = activating (pre-start)
2s reload
  settled reload: failed, it is starting
2s up
  spawn
  = activating (start)
  settled start: ok
  = active (running)
3s reload
  signal-main SIGHUP
  settled reload: ok
4s gone 3
  end-checks
  kill
  = deactivating (kill): exit 3
  settled start: failed, exit 3
  failure: exit 3
  = activating (auto-restart): exit 3
4s reload
  settled reload: failed, it waits to be restarted: exit 3

# By command: it succeeds, fails, takes too long; one at a time.
unit app.b reload=command start_timeout=10s runtime_max=1h
0s start
  prepare afresh
  = activating (pre-start)
0s up
  spawn
  = activating (start)
  settled start: ok
  = active (running)
1s reload
  spawn reload hook 1
  = reloading (running)
1s hook spawned
2s reload
  settled reload: failed, it is reloading
3s hook gone 0
  kill
  settled reload: ok
  = active (running)
10s reload
  spawn reload hook 1
  = reloading (running)
10s hook spawned
11s hook gone 2
  kill
  settled reload: failed, reload command: exit 2
  = active (running): reload command: exit 2
20s reload
  spawn reload hook 1
  = reloading (running): reload command: exit 2
21s hook unspawned exec /srv/reload: no such file or directory
  settled reload: failed, reload command: exec /srv/reload: no such file or directory
  = active (running): reload command: exec /srv/reload: no such file or directory
30s reload
  spawn reload hook 1
  = reloading (running): reload command: exec /srv/reload: no such file or directory
30s hook spawned
41s reload
  at 40 s its time is up
  kill
  settled reload: failed, reload command: still running after 10 s
  = active (running): reload command: still running after 10 s
  settled reload: failed, its last reload command was killed and is not gone yet
42s killed empty
43s reload
  spawn reload hook 1
  = reloading (running): reload command: still running after 10 s
43s hook spawned
44s hook gone 0
  kill
  settled reload: ok
  = active (running)

# Without a reload block.
unit app.c
0s start
  prepare afresh
  = activating (pre-start)
0s up
  spawn
  = activating (start)
  settled start: ok
  = active (running)
1s reload
  settled reload: failed, it has no reload block; restart it instead

# The program ends during its reload.
unit app.d reload=command
0s start
  prepare afresh
  = activating (pre-start)
0s up
  spawn
  = activating (start)
  settled start: ok
  = active (running)
1s reload
  spawn reload hook 1
  = reloading (running)
1s hook spawned
2s exit 3
  end-checks
  kill
  settled reload: failed, it ended during its reload
  kill
  = deactivating (kill): exit 3
3s empty
  kill
4s killed empty
  settled start: failed, exit 3
  failure: exit 3
  = activating (auto-restart): exit 3
