# More failures than its intensity bears: it stops its members and starts again later.
unit supervisor.a intensity=2/1m
0s start
  settled start: ok
  = active (running)
1s member app.x exit 3
2s member app.x exit 3
3s member app.y exit 1
  stop-members: more than 2 member failures within 1 min, the last of app.y: exit 1
  = activating (auto-restart): more than 2 member failures within 1 min, the last of app.y: exit 1
4s member app.y stopped with it
14s member app.x exit 3
  at 13 s its time is up
  start-members
  = active (running)
15s stop
  settled stop: ok
  = inactive (dead)

# So often that it gives up.
unit supervisor.b intensity=1/1m limit=1
0s start
  settled start: ok
  = active (running)
1s member app.x exit 3
2s member app.x exit 3
  stop-members: more than 1 member failure within 1 min, the last of app.x: exit 3
  = activating (auto-restart): more than 1 member failure within 1 min, the last of app.x: exit 3
13s member app.x exit 3
  at 12 s its time is up
  start-members
  = active (running)
14s member app.x exit 3
  stop-members: more than 1 member failure within 1 min, the last of app.x: exit 3
  ended: failed, more than 1 member failure within 1 min, the last of app.x: exit 3
  = failed (start-limit): more than 1 member failure within 1 min, the last of app.x: exit 3
20s start
  settled start: ok
  = active (running)
21s reload
  settled reload: ok
22s stop
  settled stop: ok
  = inactive (dead)

# It never restarts itself.
unit supervisor.c intensity=1/1m restart=no
0s start
  settled start: ok
  = active (running)
1s member app.x exit 3
2s member app.x exit 3
  stop-members: more than 1 member failure within 1 min, the last of app.x: exit 3
  ended: failed, more than 1 member failure within 1 min, the last of app.x: exit 3
  = failed (exit): more than 1 member failure within 1 min, the last of app.x: exit 3
3s reset
  = inactive (dead)

# Strategies take others with the failed one.
unit supervisor.d strategy=one_for_all
0s start
  settled start: ok
  = active (running)
1s member app.x exit 3
  restart-members because of app.x: exit 3
2s blocked requires app.db, which failed: exit 3
  = failed (dependency): requires app.db, which failed: exit 3

# Started by hand while it waits.
unit supervisor.e intensity=1/1m
0s start
  settled start: ok
  = active (running)
1s member app.x exit 3
2s member app.x exit 3
  stop-members: more than 1 member failure within 1 min, the last of app.x: exit 3
  = activating (auto-restart): more than 1 member failure within 1 min, the last of app.x: exit 3
3s start
  settled start: ok
  = active (running)

# What fails while the supervisor waits for its members counts as well.
unit supervisor.f intensity=1/1m
0s starting member app.x exit 3
  = inactive (dead)
1s starting member app.y exit 3
  settled start: failed, more than 1 member failure within 1 min, the last of app.y: exit 3
  stop-members: more than 1 member failure within 1 min, the last of app.y: exit 3
  = activating (auto-restart): more than 1 member failure within 1 min, the last of app.y: exit 3
2s member app.y stopped with it
12s wait
  at 11 s its time is up
  start-members
  = active (running)

unit supervisor.g intensity=1/1m
0s starting member app.x exit 3
  = inactive (dead)
1s start
  settled start: ok
  = active (running)
2s member app.y exit 3
  stop-members: more than 1 member failure within 1 min, the last of app.y: exit 3
  = activating (auto-restart): more than 1 member failure within 1 min, the last of app.y: exit 3
