package server_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"unitd/ipc/ipctest"
)

// over is a client of a control socket that opens a connection for each request.
func over(socket string) *http.Client {
	return &http.Client{Timeout: 20 * time.Second, Transport: &http.Transport{
		DisableKeepAlives: true, DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, "unix", socket)
		},
	}}
}

// FuzzControlSocket sends bytes to a control socket, which has to answer the next one who asks.
func FuzzControlSocket(f *testing.F) {
	for _, seed := range []string{
		"GET /v1/units HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
		"POST /v1/jobs HTTP/1.1\r\nHost: x\r\nContent-Length: 33\r\n\r\n{\"verb\":\"start\",\"units\":[\"a\",\"b\"]}",
		"GET /v1/environment?name=a&reveal=true&credentials=/x HTTP/1.1\r\nHost: x\r\n\r\n",
		"GET /v1/units/a%2Fb/show HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
		"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "\x16\x03\x01", "\x00\xff\r\n\r\n",
	} {
		f.Add([]byte(seed))
	}
	socket := ipctest.Serve(f, manager())
	client := over(socket)
	f.Fuzz(func(t *testing.T, sent []byte) {
		conn, err := net.Dial("unix", socket)
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		conn.Write(sent)
		conn.(*net.UnixConn).CloseWrite()
		conn.SetReadDeadline(time.Now().Add(50 * time.Millisecond)) // streams go on
		io.Copy(io.Discard, io.LimitReader(conn, 1<<20))
		response, err := client.Get("http://unitd/v1/manager")
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
		if response.StatusCode != http.StatusOK {
			t.Fatal(response.Status)
		}
	})
}

// FuzzBodies sends any body, and any query, to each resource that takes one: the answer is JSON, and no failure of the
// server's own.
func FuzzBodies(f *testing.F) {
	resources := []string{
		"POST jobs", "POST kill", "POST reset-failed", "POST enable", "POST disable", "POST apply", "POST units/pool.api/scale",
		"POST units/pool.api/maintenance", "POST manager/shutdown", "GET environment", "GET units", "GET plan", "GET dependencies", "GET security", "GET timers", "GET runs", "POST runs",
	}
	for i := range resources {
		f.Add(uint(i), []byte(`{"verb":"start","units":["api","delay.settle"],"names":["api"],"signal":"SIGHUP","workers":3,"on":true,"timeout":"1s"}`), "name=api&reveal=true")
	}
	f.Add(uint(0), []byte(`{"verb":"start","units":[null]}{}`), "%zz")
	f.Add(uint(6), []byte(`{"workers":-99999999999999999999}`), "")
	f.Add(uint(3), []byte(`[[[[[[`), "name=%00")
	socket := ipctest.Serve(f, manager())
	client := over(socket)
	f.Fuzz(func(t *testing.T, which uint, body []byte, query string) {
		method, path, _ := strings.Cut(resources[which%uint(len(resources))], " ")
		request, err := http.NewRequestWithContext(t.Context(), method, "http://unitd/v1/"+path, bytes.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		request.URL.RawQuery = query
		response, err := client.Do(request)
		if err != nil {
			return // no request: the query holds a line break
		}
		defer response.Body.Close()
		answer, err := io.ReadAll(response.Body)
		isHTTP := string(answer) != "400 Bad Request" // what net/http says of a query that is none
		if err != nil || response.StatusCode >= http.StatusInternalServerError || isHTTP && len(answer) > 0 && !json.Valid(answer) {
			t.Errorf("%s /v1/%s?%s %q: %s, %v: %s", method, path, query, body, response.Status, err, answer)
		}
	})
}
