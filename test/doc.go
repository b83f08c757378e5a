// Package test runs the two programs as a user does: the scripts in script/ are command lines with what
// has to come out of them, and they read as documentation of the command line.
//
// Each script gets a home directory of its own, short enough for socket paths, free loopback ports in
// $PORT1 to $PORT4, and what the standard commands of testscript do not offer:
//
//	manager [FLAG…]            start unitd in the background and wait until it answers
//	end [-KILL|-TERM|-INT|-HUP]  send it that signal (TERM); all but HUP wait for its end, which has to be
//	                           status 0 and leave no process behind (KILL: neither,
//	                           and its guard dies before it
//	die                        SIGKILL to the manager that runs, whoever has started it, and to its guard before that
//	exits N PROGRAM [ARG…]     run a program that has to end with status N
//	poll DURATION [!] PROGRAM [ARG…]  run it again and again until it succeeds (or fails)
//	http URL PATTERN           GET has to answer 200 with a body that matches
//	json KEY… VALUE            the last stdout is JSON that has VALUE at that path
//	keep NAME KEY…             put the value at that path into the environment as NAME
//	stranger [-group] N PROGRAM [ARG…]  run a program as another account (-group: in this one's group), which has to end
//	                           with status N; what it printed is in stranger.out
//	signal SIG PID             send a signal
//	hold ADDRESS               listen there; the pid that does is $TESTPID
//
// A KEY picks a member of an object, an element of an array by its number, or the one whose "id" or
// "index" it is; "len" is the length of an array. Begin with main_test.go.
package test
