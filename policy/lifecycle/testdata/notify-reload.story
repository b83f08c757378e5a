# notify-reload: SIGHUP, RELOADING=1 with a time after that, READY=1. READY=1 again every second says nothing.
unit app.a type=notify-reload start_timeout=10s
0s start
  prepare afresh
  = activating (pre-start)
0s up
  spawn
  = activating (start)
1s says RELOADING=1
2s says READY=1 STATUS=serving
  settled start: ok
  = active (running)
3s says READY=1 STATUS=serving
10s reload
  signal-main SIGHUP
  = reloading (running)
11s says READY=1 STATUS=serving
12s says RELOADING=1
12s says RELOADING=1 SINCE=9s
13s says RELOADING=1 SINCE=11s
13s reload
  settled reload: failed, it is reloading
14s says READY=1
  settled reload: ok
  = active (running)

# both in one datagram, with a signal of its own.
unit app.b type=notify-reload reload=SIGUSR2
0s start
  prepare afresh
  = activating (pre-start)
0s up
  spawn
  = activating (start)
1s ready
  settled start: ok
  = active (running)
2s reload
  signal-main SIGUSR2
  = reloading (running)
3s says RELOADING=1 READY=1 SINCE=2s
  settled reload: ok
  = active (running)

# no answer, then no end; it goes on.
unit app.c type=notify-reload start_timeout=10s runtime_max=1h
0s start
  prepare afresh
  = activating (pre-start)
0s up
  spawn
  = activating (start)
1s ready
  settled start: ok
  = active (running)
10s reload
  signal-main SIGHUP
  = reloading (running)
30s reload
  at 20 s its time is up
  settled reload: failed, it did not answer SIGHUP by RELOADING=1 within 10 s
  = active (running): it did not answer SIGHUP by RELOADING=1 within 10 s
  signal-main SIGHUP
  = reloading (running): it did not answer SIGHUP by RELOADING=1 within 10 s
31s says RELOADING=1 SINCE=31s
1m says READY=1
  at 40 s its time is up
  settled reload: failed, it reloads, and sent no READY=1 within 10 s
  = active (running): it reloads, and sent no READY=1 within 10 s
2m reload
  signal-main SIGHUP
  = reloading (running): it reloads, and sent no READY=1 within 10 s
2m5s says EXTEND_TIMEOUT_USEC=10s
2m15s wait
  at 2 min 15 s its time is up
  settled reload: failed, it did not answer SIGHUP by RELOADING=1 within 10 s
  = active (running): it did not answer SIGHUP by RELOADING=1 within 10 s
3m reload
  signal-main SIGHUP
  = reloading (running): it did not answer SIGHUP by RELOADING=1 within 10 s
3m1s stop
  end-checks
  settled reload: failed, it ended during its reload
  signal-main SIGTERM
  = deactivating (stop)

# it reloads by itself, and is asked to meanwhile; a reload block of type notify is not waited for.
unit app.d type=notify reload=SIGUSR2
0s start
  prepare afresh
  = activating (pre-start)
0s up
  spawn
  = activating (start)
1s ready
  settled start: ok
  = active (running)
2s says RELOADING=1
  = reloading (running)
3s reload
4s says READY=1
  signal-main SIGUSR2
  settled reload: ok
  = active (running)
5s says RELOADING=1
  = reloading (running)
6s says READY=1
  settled reload: ok
  = active (running)

# the program tells of the reload that a command began: that counts too.
unit app.e type=notify reload=command start_timeout=10s
0s start
  prepare afresh
  = activating (pre-start)
0s up
  spawn
  = activating (start)
1s ready
  settled start: ok
  = active (running)
2s reload
  spawn reload hook 1
  = reloading (running)
2s hook spawned
3s says RELOADING=1
4s hook gone 0
  kill
5s says READY=1
  settled reload: ok
  = active (running)
6s reload
  spawn reload hook 1
  = reloading (running)
6s hook spawned
7s says RELOADING=1
8s says READY=1
9s hook gone 0
  kill
  settled reload: ok
  = active (running)

# it ends while it reloads.
unit app.f type=notify-reload
0s start
  prepare afresh
  = activating (pre-start)
0s up
  spawn
  = activating (start)
1s ready
  settled start: ok
  = active (running)
2s reload
  signal-main SIGHUP
  = reloading (running)
3s gone SIGHUP
  end-checks
  settled reload: failed, it ended during its reload
  kill
  = deactivating (kill): SIGHUP
  settled start: failed, SIGHUP
  prepare
  = activating (pre-start): SIGHUP
