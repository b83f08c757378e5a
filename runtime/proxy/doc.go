// Package proxy passes HTTP requests on to the workers of a pool, for programs that can only listen at an address
// of their own.
//
// It answers for: which worker gets a request ([Proxy.Steer] names those that may), sending it there and streaming
// both bodies, upgrades included; sending it again to another worker where that is safe; counting requests, and
// finding workers that do not answer ([Worker.Watch]); letting a worker finish ([Worker.Drain]); bounds on what
// clients may take ([Seats]).
//
// It does not answer for: which workers are ready (the lifecycle policy), how they are reached and whether it is
// they who listen there (runtime/executor gives a [Dial]), nor for when to answer in their stead, and what
// ([Proxy.Answer]).
//
// The server is that of net/http, the proxy httputil.ReverseProxy. Between them and the workers stands a transport
// of its own, since http.Transport does not tell whether a request was sent at all, and hands each one to two more
// goroutines; docs/adr/0004-proxy.md says what that costs.
//
// Start with Proxy.RoundTrip (retry.go), the life of one request.
package proxy
