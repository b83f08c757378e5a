package main

import (
	"testing"
	"time"
)

func TestParseLoad(t *testing.T) {
	const report = `Running 30m test @ http://127.0.0.1:8001/
  1 threads and 8 connections
  Thread Stats   Avg      Stdev     Max   +/- Stdev
    Latency    12.05ms   31.10ms 412.52ms   93.21%
    Req/Sec     1.77k   310.02     2.51k    72.00%
  Latency Distribution
     50%    4.11ms
     75%    5.20ms
     90%   20.05ms
     99%  151.30ms
`
	for name, c := range map[string]struct {
		rest string
		want load
	}{
		"all well": {
			"  48010 requests in 27.31s, 6.55MB read\nRequests/sec:   1757.96\nTransfer/sec:    245.63KB\n",
			load{requests: 48010, perSecond: 1757.96, p99: 151300 * time.Microsecond},
		},
		"some failed": {
			"  901 requests in 1.00s, 6.55MB read\n  Socket errors: connect 1, read 20, write 300, timeout 4000\n" +
				"  Non-2xx or 3xx responses: 50000\nRequests/sec:    901.00\n",
			load{requests: 901, failed: 54321, perSecond: 901, p99: 151300 * time.Microsecond},
		},
	} {
		if got, err := parseLoad(report + c.rest); err != nil || got != c.want {
			t.Errorf("%s: %+v, %v; want %+v", name, got, err, c.want)
		}
	}
	if got, err := parseLoad("unable to connect to 127.0.0.1:8001 Connection refused\n"); err == nil {
		t.Errorf("no report: %+v", got)
	}
}
